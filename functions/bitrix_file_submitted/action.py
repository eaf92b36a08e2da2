"""What becomes of a submitted file: it is carried with a person's word, and its process hears what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.bitrix.forms import parse
from common.bitrix.wire import Action, digest, read_action
from common.errors import Refused
from common.flow.delivery import Delivery, Turn
from common.flow.tasks import name_for
from common.logs import counted
from common.ports import Data, Task

if TYPE_CHECKING:
    from common.wiring import Services

FUNCTION = "bitrix_file_submitted"
MODULE = "disk"


def accept(delivery: Delivery, services: Services) -> None:
    """Put the action's task. Raises Refused for what is not ours, TryLater when it cannot be kept."""
    if delivery.method != "POST":
        raise Refused(405, "method")
    action = read_action(parse(delivery.body))
    module, _, number = action.document
    verified = services.token_book.is_verified(action.event)
    if module != MODULE or not number.isascii() or not number.isdecimal():
        raise Refused(400, "malformed")
    services.queue.put(_task(action, int(number), verified))


def act_on(turn: Turn, services: Services) -> None:
    """Carry the file, then answer its process. Raises Refused 400 for a task of another's."""
    body = turn.task.body
    if body.get("kind") != "submitted" or type(body.get("disk")) is not int or type(body.get("token")) is not str:
        raise Refused(400, "unknown_task")
    if "unverified" in body and not services.token_book.judged(*_proof(body["unverified"])):
        counted("refused", function=FUNCTION, reason="forged", status=403)
        return
    services.submit_file(body["disk"], body["token"], turn)


def _proof(proof: Any) -> tuple[str, str]:
    if not isinstance(proof, dict) or not all(type(proof.get(name)) is str for name in ("member_id", "digest")):
        raise Refused(400, "malformed")
    return proof["member_id"], proof["digest"]


def _task(action: Action, disk: int, verified: bool) -> Task:
    """One task for each start of the process; a forged one must not take its place."""
    body: Data = {"kind": "submitted", "disk": disk, "token": action.event_token}
    if not verified:
        event = action.event
        body["unverified"] = {"member_id": event.member_id, "digest": digest(event.application_token)}
    proof = str(body.get("unverified", ""))
    return Task(FUNCTION, body, name_for("submitted", str(disk), action.event_token, proof), "bulk")
