"""Fields that a rule names are created when it is saved, for Bitrix24 drops what is written to others in silence."""

from __future__ import annotations

from tests.scenarios.stories import change_rule, closed, resolved, sent
from tests.simulators.bitrix24 import troubles
from tests.stand import ADMIN, Stand

FIELD = "UF_CRM_OTHER_NUMBER"
BACK = {"number": FIELD, "date": "", "link": "", "state": ""}


def number(stand: Stand, deal: int) -> str:
    return str(stand.portal.crm.items[2][deal].get(FIELD) or "")


def test_the_act_is_shown_in_fields_named_by_a_rule_saved_today(office: Stand) -> None:
    change_rule(office, back=BACK)
    [deal] = closed(office)
    office.quiet()
    assert number(office, deal) == office.acts()[0]["Number"]


def test_when_the_portal_refuses_the_admins_are_told_and_the_rule_stays_saved(office: Stand) -> None:
    office.portal.faults.add(troubles.error(403, "ACCESS_DENIED", "Access denied.", "crm.deal.userfield.list"))
    change_rule(office, back=BACK)
    assert [rule.back.number for rule in office.services.act_rules().values()] == [FIELD]
    assert [person for person, _ in sent(office)] == [ADMIN]
    office.minutes(2)
    assert [person for person, _ in resolved(office)] == [ADMIN]
    [deal] = closed(office)
    office.quiet()
    assert number(office, deal) == office.acts()[0]["Number"]
