"""What the portal shows of itself and of us: one request, and each answer for itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from common.bitrix.looks import Acting, PortalLook, Seen, Wanted
from common.errors import NeedsPerson, SideDown, TryLater
from common.model.ids import UserId
from tests.simulators.bitrix24 import troubles
from tests.unit.bitrix.support import SECRET, Stand

EVERYTHING = Wanted([UserId(1), UserId(2)], [0, 5])


@pytest.fixture
def stand() -> Stand:
    return Stand()


def seen(stand: Stand, wanted: Wanted = EVERYTHING, *scopes: str) -> Seen:
    return PortalLook(stand.client(stand.webhook(*scopes))).see(wanted)


def test_one_request_brings_everything(stand: Stand) -> None:
    stand.portal.add_user("Иван", "Иванов", "ivan@example.ru", active=False)
    stand.portal.crm.add_category(5, "Услуги")
    stand.portal.crm.add_status("DEAL_STAGE_5", "C5:ACT", "Акт", 45, None, "", 5)
    stand.person.add_user_field("NUMBER", "string")
    stand.hits()
    found = seen(stand)
    assert stand.hits() == 1
    assert found.clock() == stand.clock.now()
    assert found.acting() == Acting(UserId(1), True)
    assert found.scopes() == {"crm", "im", "user"}
    assert found.funnels() == {0, 5}
    assert "C5:ACT" in found.stages(5)
    assert "WON" in found.stages(0)
    assert {"UF_CRM_NUMBER", "title"} <= found.fields()
    assert [found.works_here(UserId(one)) for one in (1, 2)] == [True, False]


def test_a_funnel_or_a_person_there_is_not(stand: Stand) -> None:
    found = seen(stand, Wanted([UserId(77)], [9]))
    assert found.funnels() == {0}
    assert found.stages(9) == frozenset()
    assert not found.works_here(UserId(77))


def test_a_filter_that_the_scope_drops_finds_no_wrong_person(stand: Stand) -> None:
    stand.portal.options.disabled_methods = {"crm.item.fields"}
    found = seen(stand, EVERYTHING, "crm", "user_brief")
    assert found.works_here(UserId(1))
    with pytest.raises(NeedsPerson, match="method_missing"):
        found.fields()


def test_a_scope_that_is_missing_hides_only_what_it_is_about(stand: Stand) -> None:
    found = seen(stand, EVERYTHING, "im", "user")
    assert found.scopes() == {"im", "user"}
    assert found.works_here(UserId(1))
    for answer in (found.fields, found.funnels, lambda: found.stages(0)):
        with pytest.raises(NeedsPerson, match="missing_scope"):
            answer()


def test_handlers_are_for_applications_alone(stand: Stand) -> None:
    with pytest.raises(NeedsPerson, match="application_needed"):
        seen(stand, Wanted(application=True)).handlers()


def test_credentials_that_expired_are_the_whole_portals_trouble(stand: Stand) -> None:
    access = stand.webhook()
    hooks = stand.portal.access.webhooks
    hooks[1, SECRET] = replace(hooks[1, SECRET], expires=stand.clock.now())
    with pytest.raises(SideDown) as raised:
        PortalLook(stand.client(access)).see(EVERYTHING)
    assert (raised.value.cause, SECRET in str(raised.value)) == ("credentials", False)


def test_an_answer_nobody_understands_is_told_of_its_question_alone(stand: Stand) -> None:
    stand.portal.users[1].admin = True
    found = seen(stand)
    odd = replace(found.outcomes["scopes"], result={"0": "crm"})
    other = Seen(found.commands, {**found.outcomes, "scopes": odd})
    with pytest.raises(NeedsPerson, match="portal_answer_unreadable"):
        other.scopes()
    assert other.acting().admin


def test_a_command_that_passes_trouble_is_for_later(stand: Stand) -> None:
    look = PortalLook(stand.client())
    stand.portal.faults.add(troubles.query_limit(times=9))
    with pytest.raises(TryLater):
        look.see(EVERYTHING)
