"""`./deploy.sh local`: the whole collection on one port, against simulators or the systems that settings name."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from common.errors import ExchangeError
from common.logs import set_up
from common.settings import Settings, SettingsError, local_environment
from common.wiring import Services
from infra.local import collection
from infra.local.demo import company_at, services_for
from infra.local.house import FOLDER, KEPT_HERE, Front, House
from infra.local.story import Story, table
from tests.simulators.web import Application, Server

REAL = ("BITRIX_WEBHOOK_URL", "BITRIX_CLIENT_ID", "ONEC_BASES")


def main(arguments: list[str]) -> int:
    """Exit status: 0 well, 1 the story came out wrong, 2 settings are wrong."""
    parser = argparse.ArgumentParser(prog="./deploy.sh local", description=__doc__)
    parser.add_argument("--once", action="store_true", help="play the story and end; status 0 only if all is right")
    parser.add_argument(
        "--port", type=int, default=0, help="port on 127.0.0.1; default: 8080, any free one with --once"
    )
    chosen = parser.parse_args(arguments)
    set_up(sys.stderr, plain=True, level=logging.WARNING if chosen.once else logging.INFO)
    FOLDER.mkdir(exist_ok=True)
    port = chosen.port or (0 if chosen.once else 8080)
    environ = local_environment(os.environ, Path(".env"))
    try:
        if any(environ.get(name) for name in REAL):
            return _real(environ, port)
        return _demo(port, chosen.once)
    except SettingsError as error:
        print(f"Settings are wrong or missing:\n{error}", file=sys.stderr)
        return 2


def _demo(port: int, once: bool) -> int:
    """The demo company; its store begins empty each time, because the simulators do."""
    for path in FOLDER.glob("demo-*.sqlite*"):
        path.unlink()
    mounted: dict[str, Application] = {}
    front = Front(mounted)
    with Server(front, port) as server:
        demo = company_at(server.url)
        mounted.update(demo.mounted())
        house = House(services_for(demo, str(FOLDER)))
        demo.portal.start_delivery()
        house.start()
        try:
            print(f"The demo company: portal and 1C simulated at {server.url}")
            if not demo.portal.install_application(demo.application):
                print("The application could not be installed.", file=sys.stderr)
                return 1
            print("The application is installed in the portal: events bound, fields of the deal created.")
            house.services.rule_book.import_all(demo.rules(), "demo")
            house.scheduler.run_now("exchange_watch")
            status = _told(Story(demo, house, print))
            return status if once else _serve(server.url)
        finally:
            house.stop()
            demo.portal.stop_delivery()


def _told(story: Story) -> int:
    try:
        outcomes = story.play()
    except TimeoutError as error:
        print(f"WRONG: {error}", file=sys.stderr)
        return 1
    print(f"\n{table(outcomes)}\n")
    wrong = [one for one in outcomes if one.faults]
    requests = (
        f"{story.demo.portal.hits} requests to Bitrix24, {sum(one.hits for one in story.demo.bases.values())} to 1C"
    )
    print(f"{len(outcomes) - len(wrong)} of {len(outcomes)} as they should be; {requests}.")
    return 1 if wrong else 0


def _real(environ: Mapping[str, str], port: int) -> int:
    """The systems that settings name; store and queue are kept in `.local` unless settings say otherwise."""
    chosen = {**KEPT_HERE, **environ}
    services = Services(Settings.read(chosen), environ=chosen)
    with Server(Front({}), port) as server:
        house = House(services)
        house.start()
        try:
            _prepared(services)
            return _serve(server.url)
        finally:
            house.stop()


def _prepared(services: Services) -> None:
    services.import_first_rules()
    try:
        services.equip_portal()
    except ExchangeError as reason:
        print(f"The portal is not ready yet ({reason}); the exchange goes on once it is.", file=sys.stderr)


def _serve(url: str) -> int:
    print(f"\nServing until Ctrl-C. Public functions of {url}:")
    for function in collection.functions().values():
        for entry in function.public:
            print(f"  POST {url}/{function.slug}  ({entry}) {function.manifest['about']}")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("\nStopping.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
