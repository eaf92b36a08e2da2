"""A right of ours that is missing stops no single deal but all of them; the admins learn of it."""

from __future__ import annotations

from dataclasses import replace

from tests.stand import ADMIN, Stand


def test_the_admins_are_told_once_and_the_deal_goes_on_after_the_mend(stand: Stand) -> None:
    deal = stand.deal()
    stand.quiet()
    scopes(stand, "im", "user")
    stand.reach(deal)
    stand.quiet()
    stand.minutes(11)
    assert stand.acts() == []
    assert [person for person, _ in stand.told()] == [ADMIN]
    scopes(stand, "im", "user", "crm")
    stand.minutes(6)
    assert len(stand.acts()) == 1
    assert [person for person, _ in stand.told()] == [ADMIN, ADMIN]
    assert "Исправлено" in stand.told()[1][1]


def scopes(stand: Stand, *names: str) -> None:
    """Somebody edits the webhook in the portal."""
    hooks = stand.portal.access.webhooks
    for key, hook in hooks.items():
        hooks[key] = replace(hook, scopes=frozenset(names))
