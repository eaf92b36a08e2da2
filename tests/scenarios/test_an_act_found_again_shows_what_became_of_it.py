"""The answer was lost and the accountant was faster: the deal shows the act as it is, a marked one is asked about."""

from __future__ import annotations

from collections.abc import Callable

import httpx
import pytest

from tests.scenarios.stories import SALE, House, act_of, asked, closed, later, shown
from tests.simulators.onec import Switches
from tests.simulators.onec import platform_answers as answers
from tests.stand import ACCOUNTANT, MANAGER, Stand

STATE = "UF_CRM_ONEC_ACT_STATE"


def lost(house: House, became: Callable[[Stand, str], object], back: bool = False) -> tuple[Stand, int]:
    """The act is written, its answer lost; the accountant does something to it before we look."""
    stand = house(switches=Switches(ref_key="ignored"))
    stand.bases["main"].faults.add(answers.drop_after(match=answers.method("POST")))
    done: list[str] = []

    def accountant_is_faster(_: httpx.Request) -> None:
        if not done and stand.acts():
            done.append(str(stand.acts()[0]["Ref_Key"]))
            became(stand, done[0])
            if back:
                stand.person.move_deal(deal, "C1:NEW")

    stand.gate = accountant_is_faster
    [deal] = closed(stand)
    stand.quiet(400)
    stand.minutes(5)
    return stand, deal


def marked(stand: Stand, act: str) -> None:
    stand.bases["main"].accountant.mark(SALE, act)


@pytest.mark.parametrize("back", [False, True])
def test_a_marked_one_waits_for_a_person_and_is_not_made_anew(house: House, back: bool) -> None:
    stand, deal = lost(house, marked, back)
    assert (stand.reasons(), shown(stand, [deal]), len(stand.acts())) == (["read_back_differs"], [deal], 1)
    assert stand.portal.crm.items[2][deal][STATE] == "Помечен на удаление"
    assert [who for who, _ in asked(stand)] == [ACCOUNTANT]
    stand.bases["main"].accountant.mark(SALE, str(act_of(stand, deal)["Ref_Key"]), on=False)
    later(stand, 3600)
    stand.person.edit_deal(deal, COMMENTS="Ещё раз")
    stand.quiet()
    later(stand, 3600)
    assert (stand.reasons(), len(stand.acts())) == ([], 1)
    assert stand.portal.crm.items[2][deal][STATE] == "Черновик"


def test_a_posted_one_is_shown_as_posted(house: House) -> None:
    stand, deal = lost(house, lambda stand, act: stand.bases["main"].accountant.post(SALE, act), back=True)
    assert (stand.reasons(), shown(stand, [deal]), len(stand.acts())) == ([], [deal], 1)
    assert stand.portal.crm.items[2][deal][STATE] == "Проведен"
    assert MANAGER not in [who for who, _ in asked(stand)]
