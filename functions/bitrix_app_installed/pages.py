"""What the person who installs the application sees. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Final

_DONE: Final = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>1C ⇄ Bitrix24</title>
<script src="https://api.bitrix24.com/api/v1/"></script></head>
<body><p>{text}</p>
<script>BX24.init(function () {{ BX24.installFinish(); }});</script></body></html>
"""
_FAILED: Final = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><title>1C ⇄ Bitrix24</title></head>
<body><p>{text}</p></body></html>
"""
_TEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "ru": (
            "Приложение установлено: события и поля сделки созданы.",
            "Приложение принято, но события или поля создать не удалось: {why}. Откройте эту страницу ещё раз.",
        ),
        "en": (
            "The application is installed: events are bound, the deal's fields are there.",
            "The application is accepted, but events or fields could not be created: {why}. Open this page again.",
        ),
    }
)


def done(language: str) -> str:
    """The page that finishes the install: without `installFinish` the portal keeps it unfinished (facts §1.4)."""
    return _DONE.format(language=language, text=escape(_TEXTS[language][0]))


def failed(language: str, why: str) -> str:
    """The page that does not finish it, so that the person opens it once more."""
    return _FAILED.format(language=language, text=escape(_TEXTS[language][1].format(why=why)))
