"""Both install flows and the uninstall: an install counts only after its refresh token proved itself (design §5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.bitrix.forms import parse, text
from common.bitrix.wire import fate, read_event, read_install
from common.errors import ExchangeError, Refused
from common.flow.delivery import Delivery, Page
from common.logs import counted
from functions.bitrix_app_installed.pages import done, failed

if TYPE_CHECKING:
    from common.wiring import Services

FUNCTION = "bitrix_app_installed"


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
    """Bind events and create fields. Without them the page does not finish the install, so that the person tries again;
    after an event nobody tries again, so the watch does."""
    try:
        services.equip_portal()
    except ExchangeError as reason:
        counted("not_equipped", function=FUNCTION, reason=str(reason))
        services.equip_later()
        if not is_page:
            return None
        return Page(failed(services.settings.site.language, str(reason)), 503)
    services.portal_is_back()
    services.doctor_at(services.clock.now())
    return Page(done(services.settings.site.language)) if is_page else None
