"""What keys and values of each table look like: a wrong one must fail when it is saved, not in an act. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_GUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_SOME_GUID = "8f1e7a52-3c1d-11ee-9d5a-00155d012345"
_NUMBER = r"[1-9]\d{0,17}"
# Without zeros at the end: a row's rate is looked up as the shortest text of its number.
_RATE = r"none|(?:0|[1-9]\d?)(?:\.\d?[1-9])?"
_REF_KEY = "the Ref_Key in 1C: 32 hexadecimal digits in five groups"
_PERCENT = "a percent of at most two digits without the sign %, or none"


@dataclass(frozen=True, slots=True)
class Form:
    """A pattern, case ignored, and its words for a person."""

    pattern: str
    words: str
    example: str

    def fits(self, text: str) -> bool:
        return re.fullmatch(self.pattern, text.strip(), re.IGNORECASE | re.DOTALL | re.ASCII) is not None


_ANY = Form(r".+", "not empty", "Консультация")

FORMS: Mapping[str, tuple[Form, Form]] = {
    "nomenclature": (
        Form(rf"product:{_NUMBER}|name:.*\S.*", "product:<id> or name:<text of the row>", "name:Консультация"),
        _ANY,
    ),
    "units": (
        Form(r"\d{1,4}(\|.*\S.*)?|name:.*\S.*", "<OKEI code>, <code>|<name> or name:<unit>", "778|упак"),
        Form(r"\d{1,4}", "the OKEI code of the unit, 1 to 4 digits", "796"),
    ),
    "vat": (Form(_RATE, _PERCENT, "22"), Form(_RATE, _PERCENT, "22")),
    "currencies": (
        Form(r"[A-Z]{3}", "the three ISO letters of the deal's currency", "USD"),
        Form(r"[0-9]{3}", "the currency's code of three digits", "840"),
    ),
    "counterparties": (
        Form(rf"(company|contact):{_NUMBER}", "company:<id> or contact:<id>", "company:12"),
        Form(_GUID, _REF_KEY, _SOME_GUID),
    ),
    "organisations": (
        Form(
            r"\d{10}/\d{4}[0-9A-Z]{2}\d{3}|\d{12}/",
            "<INN>/<KPP>, of an entrepreneur <INN>/",
            "7701234560/770101001",
        ),
        Form(_GUID, _REF_KEY, _SOME_GUID),
    ),
    "executors": (
        Form(rf"user:{_NUMBER}", "user:<id in Bitrix24>", "user:12"),
        Form(_GUID, "the user's id in 1C:DM: 32 hexadecimal digits in five groups", _SOME_GUID),
    ),
}
"""Table → how its keys and its values look."""

_WITHOUT_CASE = frozenset(("vat", "counterparties", "organisations", "executors"))


def value_of(table: str, value: str) -> str:
    """A value as it is compared with what 1C gives: its guids are small letters, people also paste large ones."""
    return value.strip().lower() if table in _WITHOUT_CASE else value.strip()


def form_faults(table: str, key: str, value: str) -> list[str]:
    """What is wrong with one row, a sentence for its key and one for its value."""
    of_key, of_value = FORMS[table]
    return [
        f"{what} {text!r} must be {form.words}, e.g. {form.example}"
        for what, text, form in (("key", key, of_key), ("value", value, of_value))
        if not form.fits(text)
    ]
