"""Both install flows and the uninstall: an install counts only after its refresh token proved itself (design §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.bitrix.forms import parse, text
from common.bitrix.wire import fate, read_event, read_install
from common.errors import NeedsPerson, Refused, SideDown, TryLater
from common.flow.delivery import Delivery, Page
from common.logs import counted

if TYPE_CHECKING:
    from common.wiring import Services

FUNCTION = "bitrix_app_installed"

DONE = """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><title>1C ⇄ Bitrix24</title>
<script src="https://api.bitrix24.com/api/v1/"></script></head>
<body><p>Приложение установлено. События и поля созданы.</p>
<script>BX24.init(function () { BX24.installFinish(); });</script></body></html>
"""
FAILED = """<!doctype html>
<html lang="ru"><head><meta charset="utf-8"><title>1C ⇄ Bitrix24</title></head>
<body><p>Приложение принято, но события или поля создать не удалось: {why}.</p>
<p>Откройте эту страницу ещё раз.</p></body></html>
"""


def accept(delivery: Delivery, services: Services) -> Page | None:
    """Answer an install with the page that finishes it, an uninstall or event with a plain "ok".

    Raises Refused 403 for everything that cannot prove itself, with no hint why.
    """
    if delivery.method != "POST":
        raise Refused(405, "method")
    form, query = parse(delivery.body), parse(delivery.query.encode("latin-1"))
    name = text(form, "event").upper()
    if name == "ONAPPUNINSTALL":
        services.installer.uninstall(read_event(form))
        return None
    if name and name not in ("ONAPPINSTALL", "ONAPPUPDATE"):
        # Nobody has proved anything here, so his text stays out of the log.
        counted("event_ignored", function=FUNCTION, kind=fate(name).kind)
        return None
    install = read_install(form, query)
    services.installer.install(install)
    return _equipped(install.flow == "frame", services)


def _equipped(is_page: bool, services: Services) -> Page | None:
    """Bind events and create fields. Without them the install is not finished, so that the person tries again."""
    try:
        services.equip_portal()
    except (SideDown, TryLater, NeedsPerson) as reason:
        counted("not_equipped", function=FUNCTION, reason=str(reason))
        if not is_page:
            raise TryLater("not_equipped") from reason
        return Page(FAILED.format(why=type(reason).__name__), 503)
    services.portal_is_back()
    return Page(DONE) if is_page else None
