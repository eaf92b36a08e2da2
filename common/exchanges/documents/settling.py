"""The way of one pair to agreement: content, then name, then place (rules, Documents)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from common.errors import FileClosed, NameTaken, TryLater
from common.exchanges.documents import bound as bindings
from common.exchanges.documents import decide
from common.exchanges.documents.model import GUARDED, Agreed, Plan
from common.exchanges.documents.names import composed, wanted_names
from common.exchanges.documents.pair import Pair, closed
from common.exchanges.documents.steps import STEPS, found_again, publish, rescue, revive
from common.exchanges.documents.tools import limits
from common.exchanges.documents.transfer import CHANGED
from common.model.documents import FolderId
from common.model.ids import RuleId
from common.model.records import Outcome

_TURNS = 4
"""A file taken out of the trash, or closed in 1C meanwhile, is decided about anew."""
_NAMES = 20


def settled(pair: Pair) -> Outcome:
    """Bring the pair to agreement, as far as nothing has to wait."""
    if bindings.agreed_of(pair.bound) is None:
        if pair.gone_in_onec and not _left_behind(pair):
            return pair.outcome()
        if bindings.agreed_of(pair.bound) is None:
            _begin(pair)
    for _ in range(_TURNS):
        _recognise(pair)
        plan = _plan(pair)
        if plan.stops:
            return pair.waits(plan.stops)
        if _is_held(pair, plan.steps):
            return pair.outcome()
        _note(pair, plan)
        if _performed(pair, plan):
            break
    else:
        raise TryLater(CHANGED, 5.0)
    if pair.bound["state"] == "bound" and not pair.gone_in_onec and not pair.gone_on_disk:
        _settle_name(pair)
        if _settle_place(pair):
            _show_card(pair)
    return pair.outcome()


def _left_behind(pair: Pair) -> bool:
    """1C has the file no more, but our upload of it, whose answer was lost, may lie on Disk: then it is the pair's."""
    if pair.bound["intent"] is None:
        return False
    if found_again(pair):
        return True
    pair.keep(bindings.without_intent(pair.bound))
    return False


def _begin(pair: Pair) -> None:
    disk = pair.facts.disk
    if pair.bound["state"] == "buried" and disk is not None and disk.trashed_itself:
        revive(pair)
    else:
        publish(pair)


def _recognise(pair: Pair) -> None:
    """What we wrote ourselves and heard no answer of is nobody's change: agreed on before anything is decided."""
    writing, sending = pair.bound["writing"], pair.bound["sending"]
    if writing is not None and not pair.gone_on_disk and pair.disk_now().sha256 == writing["sha256"]:
        if "revision" in writing:
            rescue(pair)
        ids = {"version": writing["version"], "sha256": writing["sha256"], "size": writing["size"]}
        done = {"content": pair.disk.content, "revision": pair.disk.revision, "writing": None, "copying": None}
        pair.keep({**pair.bound, **ids, **done})
    if sending is not None and not pair.gone_in_onec and pair.version.sha256 == sending["sha256"]:
        pair.keep({**pair.bound, **sending, "version": pair.version.id, "sending": None})


def _plan(pair: Pair) -> Plan:
    onec, disk, ability = pair.onec_now(), pair.disk_now(), limits(pair.tools.archive)
    return decide.content(onec, disk, pair.agreed, pair.rule, ability, pair.submitted)


def _is_held(pair: Pair, steps: Sequence[str]) -> bool:
    """Kept for the run that sees all of the mapping together: of the one the file leaves, if it changes it."""
    guarded = next((step for step in steps if step in GUARDED), None)
    if guarded is None or pair.released:
        return False
    left = pair.tools.rules().get(RuleId(pair.bound["mapping"]))
    pair.tools.guards.hold(pair.record, left.id if left is not None and left.active else pair.rule.id, guarded)
    return True


def _note(pair: Pair, plan: Plan) -> None:
    if plan.warning:
        pair.notes["warning"] = plan.warning
    if plan.once:
        pair.once(plan.once, pair.disk.content)
    if plan.conflict:
        pair.met(plan.conflict)


def _performed(pair: Pair, plan: Plan) -> bool:
    """False: something else is to be decided now."""
    for step in plan.steps:
        try:
            STEPS[step](pair)
        except FileClosed as refused:
            pair.closed = refused.why
            return False
    return "restore" not in plan.steps


def _settle_name(pair: Pair) -> None:
    if pair.bound["renaming"]:
        if pair.disk.name == pair.bound["renaming"]:
            _agree(pair, disk_name=pair.disk.name)  # ours, not a user's
        pair.keep({**pair.bound, "renaming": ""})
    side, both = decide.name(pair.file.name, pair.disk.name, pair.agreed)
    if both:
        pair.notes["both_renamed"] = {"onec": pair.file.name, "disk": pair.disk.name}
    if side == "disk":
        _rename_on_disk(pair)
    elif side == "onec":
        _rename_in_onec(pair)


def _rename_on_disk(pair: Pair) -> None:
    for name in islice(wanted_names(pair.file.name, pair.card, pair.tools.spelled), _NAMES):
        if composed(name) == composed(pair.disk.name):
            break
        try:
            pair.facts.disk = pair.tools.disk.rename(pair.disk.id, name)
        except NameTaken:
            continue
        pair.did.append("renamed_on_disk")
        break
    else:
        raise TryLater("names_taken", 3600.0)
    _agree(pair, onec_name=pair.file.name, disk_name=pair.disk.name)


def _rename_in_onec(pair: Pair) -> None:
    """A name that does not go back is agreed all the same: it is the user's, and the file is followed by its id."""
    if pair.rule.reverse == "off" and not pair.submitted:
        pair.once("rename_not_carried", pair.disk.name)
    elif pair.closed or closed(pair.file):
        pair.once("rename_refused", pair.disk.name)
    else:
        try:
            pair.facts.file = pair.tools.archive.rename(pair.file, pair.disk.name)
            pair.did.append("renamed_in_1c")
        except (FileClosed, NameTaken):
            pair.once("rename_refused", pair.disk.name)
    _agree(pair, onec_name=pair.file.name, disk_name=pair.disk.name)


def _settle_place(pair: Pair) -> bool:
    """False while a move is held: until then the file counts to the mapping where it lies."""
    wanted, now = pair.tools.folders.of(pair.rule, pair.card), pair.disk.folder
    what = decide.place(wanted, now, pair.agreed, _is_mapped(pair, now))
    if what == "out" and pair.rule.move_back:
        wanted, what = pair.agreed.wanted, "move"
    if what == "move":
        return _move(pair, wanted)
    if what == "out":
        pair.once("moved_out", now)
    elif what == "follow":
        pair.did.append("followed")
    _note_outside(pair, not _is_mapped(pair, now))
    if what or wanted != pair.agreed.wanted:
        _agree(pair, folder=now, wanted=wanted)
    return True


def _note_outside(pair: Pair, outside: bool) -> None:
    if pair.bound["out"] != outside:
        pair.keep({**pair.bound, "out": outside})


def _is_mapped(pair: Pair, folder: FolderId) -> bool:
    working = {rule.id: rule.folder for rule in pair.tools.rules().values() if rule.active}
    whose = pair.tools.folders.whose([folder]).get(folder)
    return folder in working.values() or (whose is not None and whose.rule in working)


def _move(pair: Pair, wanted: FolderId) -> bool:
    if _is_held(pair, ("move",)):
        return False
    for name in islice(wanted_names(pair.file.name, pair.card, pair.tools.spelled), 1, _NAMES):
        try:
            pair.facts.disk = pair.tools.disk.move(pair.disk.id, wanted)
        except NameTaken:
            _rename_for_move(pair, name)
            continue
        pair.did.append("moved_on_disk")
        _note_outside(pair, False)
        _agree(pair, folder=pair.disk.folder, wanted=wanted, disk_name=pair.disk.name)
        if pair.bound["renaming"]:
            pair.keep({**pair.bound, "renaming": ""})
        return True
    raise TryLater("names_taken", 3600.0)


def _rename_for_move(pair: Pair, name: str) -> None:
    pair.keep({**pair.bound, "renaming": name})
    try:
        pair.facts.disk = pair.tools.disk.rename(pair.disk.id, name)
    except NameTaken:
        return  # here too: the next name is tried


def _agree(pair: Pair, **changes: object) -> None:
    values = {name: changes.get(name, getattr(pair.agreed, name)) for name in Agreed.__dataclass_fields__}
    if any(pair.bound[name] != value for name, value in values.items()):
        pair.keep({**pair.bound, **values})


def _show_card(pair: Pair) -> None:
    """The registration number and state that the console shows; kept without a word in the journal."""
    now = bindings.with_card(pair.bound, pair.rule, pair.card, pair.file)
    if now != pair.bound:
        pair.keep(now)
