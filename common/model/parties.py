"""INN and KPP: the tax ids of Russian parties and their check digits."""

from __future__ import annotations

_TEN = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_ELEVENTH = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
_TWELFTH = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def squeezed(text: str) -> str:
    """Without any white space: people paste INN with spaces."""
    return "".join(text.split())


def inn_is_valid(inn: str) -> bool:
    """10 digits (legal entity) or 12 (person), with correct check digits (Federal Tax Service order MM-7-6/435)."""
    if not (inn.isascii() and inn.isdigit()):
        return False
    if len(inn) == 10:
        return int(inn[9]) == _check(inn, _TEN)
    if len(inn) == 12:
        return int(inn[10]) == _check(inn, _ELEVENTH) and int(inn[11]) == _check(inn, _TWELFTH)
    return False


def is_legal_entity(inn: str) -> bool:
    """A legal entity has 10 digits and a KPP; an entrepreneur or person has 12 and none."""
    return len(inn) == 10


def kpp_is_valid(kpp: str) -> bool:
    """Nine signs: four digits, two digits or capital Latin letters, three digits."""
    return len(kpp) == 9 and kpp.isascii() and kpp[:4].isdigit() and kpp[4:6].isalnum() and kpp[6:].isdigit()


def _check(inn: str, weights: tuple[int, ...]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, inn, strict=False)) % 11 % 10
