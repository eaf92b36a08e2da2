"""`./deploy.sh local`: the whole collection on one port, against simulators or the systems that settings name."""

from __future__ import annotations

import argparse
import logging
import sys
import threading
from collections.abc import Mapping

from common.admin.rules import RulesRefused
from common.errors import ExchangeError
from common.logs import set_up
from common.settings import Settings, SettingsError
from common.wiring import Services
from infra.local import collection
from infra.local.demo import Demo, company_at, services_for
from infra.local.document_story import DocumentStory, rows
from infra.local.house import DEMO_ENV, FOLDER, REAL, Front, House, environment
from infra.local.story import Story, aligned, table
from infra.manifests import ManifestError
from tests.simulators.web import Application, Server

ENDS = "exit status: 0 well, 1 the story came out wrong, 2 settings are wrong"


def main(arguments: list[str]) -> int:
    """Exit status: 0 well, 1 the story came out wrong, 2 settings are wrong."""
    parser = argparse.ArgumentParser(prog="./deploy.sh local", description=__doc__, epilog=ENDS)
    parser.add_argument("--once", action="store_true", help="play the story and end; status 0 only if all is right")
    parser.add_argument(
        "--port", type=int, default=0, help="port on 127.0.0.1; default: 8080, any free one with --once"
    )
    chosen = parser.parse_args(arguments)
    set_up(sys.stderr, plain=True, level=logging.WARNING if chosen.once else logging.INFO)
    FOLDER.mkdir(exist_ok=True)
    try:
        return _chosen(chosen.port or (0 if chosen.once else 8080), chosen.once)
    except SettingsError as error:
        return _said(f"Settings are wrong or missing:\n{error}", 2)
    except ManifestError as error:
        return _said(f"Manifests are wrong:\n{error}", 2)
    except RulesRefused as error:
        return _said(f"EXCHANGE_RULES was not imported:\n{error}", 2)
    except OSError as error:
        return _said(f"Cannot start: {error.strerror or error}; another port: --port 8081", 2)
    except KeyboardInterrupt:
        return _said("\nStopped.", 1)


def _chosen(port: int, once: bool) -> int:
    environ, is_real = environment()
    if not is_real:
        return _demo(port, once)
    if once:
        return _said(f"--once plays the demo; unset {', '.join(REAL)} for it (also in .env)", 2)
    return _real(environ, port)


def _said(text: str, status: int) -> int:
    print(text, file=sys.stderr)
    return status


def _demo(port: int, once: bool) -> int:
    """The demo company; its store begins empty each time, because the simulators do."""
    for path in FOLDER.glob("demo-*.sqlite*"):
        path.unlink()
    mounted: dict[str, Application] = {}
    front = Front(mounted)
    with Server(front, port) as server:
        demo = company_at(server.url)
        mounted.update(demo.mounted())
        _kept(demo)
        house = House(services_for(demo, str(FOLDER)))
        demo.portal.start_delivery()
        demo.papers.dm.start_delivery()
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
            return status if once else _serve(server.url, PLAY.format(base=demo.webhook))
        finally:
            house.stop()
            demo.papers.dm.stop_delivery()
            demo.portal.stop_delivery()


def _told(story: Story) -> int:
    papers = DocumentStory(story.demo.papers, story.house, story.say)
    try:
        outcomes, cases = story.play(), papers.play()
    except TimeoutError as error:
        print(f"WRONG: {error}", file=sys.stderr)
        return 1
    print(f"\n{table(outcomes)}\n\n{aligned(rows(cases))}\n")
    faults = [*(one.faults for one in outcomes), *(one.faults for one in cases)]
    wrong = [one for one in faults if one]
    requests = (
        f"{story.demo.portal.hits} requests to Bitrix24, {sum(one.hits for one in story.demo.bases.values())} to 1C"
    )
    told = len(outcomes) + len(cases)
    print(f"{told - len(wrong)} of {told} as they should be; {requests}, {len(papers.papers.dm.requests)} to 1C:DM.")
    return 1 if wrong else 0


def _kept(demo: Demo) -> None:
    """For the commands, which look into the demo's store while no real system is named."""
    lines = (f"{name}='{value}'\n" for name, value in demo.environ(str(FOLDER)).items())
    DEMO_ENV.write_text("".join(lines), encoding="utf-8")


def _real(environ: Mapping[str, str], port: int) -> int:
    """The systems that settings name; store and queue are kept in `.local` unless settings say otherwise."""
    services = Services(Settings.read(environ))
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
    if not services.act_rules():
        print("The store has no rules yet: ./deploy.sh rules import rules.json --author NAME", file=sys.stderr)


PLAY = """
Play with it from another terminal:
  curl -s '{base}crm.item.update' -d 'entityTypeId=2&id=7&fields[stageId]=C1:NEW'
  ./deploy.sh journal deal:7
  ./deploy.sh waiting list
"""


def _serve(url: str, hint: str = "") -> int:
    print(f"\nServing until Ctrl-C. Public functions of {url}:")
    for function in collection.functions().values():
        for entry in function.manifest.public:
            print(f"  POST {url}/{function.manifest.slug}  ({entry}) {function.manifest.about}")
    print(hint, end="", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("\nStopping.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
