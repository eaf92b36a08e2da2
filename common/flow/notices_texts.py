"""What people read, in Russian and English (rules, Acts): the table's words with whose, where and what then."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from common.errors import Stop
from common.flow.notices_form import Text
from common.flow.notices_table import TEXTS

Language = Literal["ru", "en"]


def opened(stop: Stop, language: Language, source: str = "", record: str = "") -> str:
    """The notice of a stop, in BB code: what is wrong, with what and whose, what to do, where, figures, what then.

    `source` is the object of the first record that it holds up, `record` that record; "" for what is no record's.
    """
    words, text = _WORDS[language], _text(stop.reason, language)
    lines = [
        f"[B]{text.wrong}[/B]{_whose(stop, language, source)}",
        text.do,
        f"{words['where']}: {_line(stop.where)}" if stop.where else "",
        escaped(stop.details),
        _then(stop, language, record if source else ""),
    ]
    return "\n".join(line for line in lines if line)


def short(stop: Stop, language: Language) -> str:
    """The same for a card in 1C, as plain text: what is wrong, with what, what to do."""
    text = _text(stop.reason, language)
    return " ".join(f"{text.wrong}{_whose(stop, language, '')}. {text.do} {stop.details}".split())


def resolved(stop: Stop, count: int, language: Language, source: str = "") -> str:
    """The notice that a cause is gone; `count` records go on, none where the doctor alone had found it."""
    words, text = _WORDS[language], _text(stop.reason, language)
    if stop.reason == "paused_by_hand":
        return f"[B]{words['resumed']}[/B]{_whose(stop, language, '')}"
    over = "settled" if stop.reason.startswith("conflict_") else "goes_on" if stop.reason.startswith("mapping_") else ""
    mended = f"[B]{words[over or 'mended']}[/B]: {text.wrong}{_whose(stop, language, source if count == 1 else '')}"
    lone = not count or stop.reason in _SIDES or stop.reason.startswith(_LONE)
    return mended if lone else f"{mended}. {words['count']}: {count}"


def _whose(stop: Stop, language: Language, source: str) -> str:
    parts = (_field(stop, language), _named(stop.subject or source, language))
    whose = ", ".join(_line(part) for part in parts if part)
    return f": {whose}" if whose else ""


def _named(subject: str, language: Language) -> str:
    """`deal:12` and `base:main` as people say it; everything else is a name already."""
    kind, _, name = subject.partition(":")
    word = _WORDS[language].get(kind) if kind in ("deal", "base", "disk") else None
    return f"{word} {name}" if word and name else subject


def _then(stop: Stop, language: Language, record: str) -> str:
    """What goes on by itself; or how a person tries again what waits for his word."""
    words = _WORDS[language]
    if record.startswith("conflict:"):
        return f"{words['settle']}: {SETTLE.format(record.removeprefix('conflict:'))}"
    if stop.reason.startswith("mapping_") and stop.awaits == "person":
        return f"{words['pass']}: {CONFIRM.format(_line(stop.field))}"
    if stop.reason == "paused_by_hand":
        return f"{words['resume']}: {RESUME.format(_line(stop.field))}"
    if stop.awaits != "person":
        return words["then"]
    return f"{words['again']}: {RETRY.format(_line(record))} ({words['all']}: {LIST})" if record else ""


RETRY: Final = "./deploy.sh waiting retry {} --by NAME"
SETTLE: Final = "./deploy.sh conflicts settle {} --by NAME"
CONFIRM: Final = "./deploy.sh documents confirm {} --by NAME"
RESUME: Final = "./deploy.sh resume {} --by NAME"
LIST: Final = "./deploy.sh waiting list"

_SIDES: Final = ("breaker_open", "breaker_credentials", "clock_skewed")
_LONE: Final = ("conflict_", "mapping_")
"""Reasons of which each is told for itself: no records go on by its end."""


def escaped(text: str) -> str:
    """Text from people inside BB code: a zero-width space after each `[`, so that nothing in it is a tag.

    Entities (`&#91;`) would do in some places of the portal and be shown as they are in others.
    """
    return text.replace("[", "[\u200b")


def _line(text: str) -> str:
    return escaped(" ".join(text.split()))


def _field(stop: Stop, language: Language) -> str:
    """The field as its people know it; names of 1C and of the portal are the same in both languages."""
    return _FIELDS.get(stop.field, stop.field) if language == "en" else stop.field


def _text(reason: str, language: Language) -> Text:
    both = TEXTS.get(reason)
    if both is None:
        return Text(f"{_WORDS[language]['stopped']} ({escaped(reason)})", "")
    return both[0 if language == "ru" else 1]


_WORDS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "ru": {
            "where": "Где исправить",
            "then": "После исправления обмен продолжится сам.",
            "mended": "Исправлено",
            "settled": "Конфликт решён",
            "goes_on": "Обмен по виду документов продолжен",
            "resumed": "Обмен возобновлён",
            "resume": "Возобновить",
            "count": "Продолжено записей",
            "stopped": "Обмен с 1С остановлен",
            "again": "Повторить",
            "settle": "Отметить решённым",
            "pass": "Подтвердить один раз",
            "all": "всё, что ждёт",
            "deal": "сделка №",
            "base": "база",
            "disk": "файл Диска №",
        },
        "en": {
            "where": "Where to mend it",
            "then": "Once it is mended, the exchange goes on by itself.",
            "mended": "Mended",
            "settled": "Conflict settled",
            "goes_on": "The mapping goes on",
            "resumed": "The exchange goes on",
            "resume": "To resume it",
            "count": "Records that go on",
            "stopped": "The exchange with 1C has stopped",
            "again": "To try again",
            "settle": "To settle it",
            "pass": "To let one run pass",
            "all": "all that waits",
            "deal": "deal No.",
            "base": "base",
            "disk": "file of Disk No.",
        },
    }
)

_FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ИНН": "INN",
        "КПП": "KPP",
        "юридический адрес": "legal address",
        "реквизиты с ИНН": "requisite with INN",
        "реквизиты клиента в сделке": "requisite of the client in the deal",
        "клиент сделки": "client of the deal",
        "моя компания": "own company",
        "моя компания в сделке или правиле": "own company in the deal or in the rule",
        "товары сделки": "product rows",
        "сумма сделки": "amount of the deal",
        "договор с покупателем": "contract with the buyer",
        "поля акта в сделке": "the act's fields of the deal",
    }
)
