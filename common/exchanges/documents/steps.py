"""The steps of a plan, performed through the ports; each is remembered before the next (rules, Documents)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from common.errors import NameTaken, NeedsPerson, TryLater
from common.exchanges.documents import bound as bindings
from common.exchanges.documents import decide, told
from common.exchanges.documents.pair import Pair
from common.exchanges.documents.publishing import under_way, usable
from common.exchanges.documents.transfer import CHANGED, of_disk, of_version, while_so
from common.model.documents import DiskFile, FolderId


def overwrite(pair: Pair, wanted: FolderId | None = None) -> None:
    """1C's bytes over exactly those that were decided about; looked at once more just before the last of them go."""
    pair.keep({**pair.bound, "writing": {**bindings.content_of(pair.version), "revision": pair.disk.revision}})
    content = while_so(of_version(pair.tools.archive, pair.version), lambda: _unchanged(pair))
    after = pair.tools.disk.upload_version(pair.disk, content)
    if after.size != pair.version.size:
        raise TryLater("upload_not_proved", 1.0)
    pair.facts.disk = after
    rescue(pair)
    pair.agree_on(pair.version, wanted or pair.agreed.wanted, "overwritten")


def keep_copy(pair: Pair) -> None:
    """The losing bytes beside the file, verified."""

    def begin(what: dict[str, Any]) -> None:
        pair.keep({**pair.bound, "copying": what})

    keep, under_way = pair.tools.copies.keep, pair.bound["copying"]
    copy = keep(pair.record.key, pair.disk, pair.sha256, pair.today(), under_way, begin)
    met = [told.with_copy(one, copy) for one in pair.bound["met"]]
    pair.keep({**pair.bound, "met": met, "kept": pair.disk.content})
    pair.notes["copy"] = copy.name


def trash(pair: Pair) -> None:
    """Into Disk's trash, unless somebody has just saved it anew."""
    if not pair.gone_on_disk:
        pair.tools.disk.trash(_unchanged(pair).id)
    pair.did.append("trashed")


def bury(pair: Pair) -> None:
    """Both are gone; remembered, so that a mark taken away in 1C finds its object again."""
    pair.did.append("buried")
    pair.keep(bindings.with_state(pair.bound, "buried"))


def agree(pair: Pair) -> None:
    """Equal already: nothing is written but the ids under which it is."""
    pair.agree_on(pair.version, pair.agreed.wanted, "agreed")


def add_version(pair: Pair) -> None:
    """Disk's bytes as a new version in 1C. Raises FileClosed when 1C takes none."""
    tools, disk = pair.tools, pair.disk
    content = of_disk(tools.disk, disk, pair.sha256)
    comment = told.comment(disk, tools.people, tools.archive.ability().comment_max)
    pair.keep({**pair.bound, "sending": {"sha256": pair.sha256, "size": disk.size, "content": disk.content}})
    try:
        kept = tools.archive.add_version(pair.file, content, comment, tools.people.onec_user(disk.updated_by))
    except NameTaken as taken:
        raise TryLater(CHANGED, 1.0) from taken
    pair.facts.file = kept.file
    pair.agree_on(kept.version, pair.agreed.wanted, "new_version_in_1c")


def restore(pair: Pair) -> None:
    """Out of the trash with its id; what is not there any more is published as a new object."""
    disk = pair.facts.disk
    if disk is not None and disk.trashed_itself:
        try:
            pair.facts.disk = pair.tools.disk.restore(disk.id)
        except NameTaken:
            pair.notes["restored"] = "name_taken"
        else:
            pair.did.append("restored")
            return
    pair.keep(bindings.with_state(pair.bound, "creating"))
    publish(pair)


def revive(pair: Pair) -> None:
    """A mark taken away in 1C: the object that went to the trash with it comes back."""
    try:
        pair.facts.disk = pair.tools.disk.restore(pair.disk.id)
    except NameTaken:
        pair.keep(bindings.with_state(pair.bound, "creating"))
        publish(pair)
    else:
        pair.did.append("revived")
        pair.keep(bindings.with_state(pair.bound, "bound"))
        if pair.disk.content == pair.bound["kept"]:
            # What it held when it went was kept as a copy, for a person to settle: it does not go to 1C by itself.
            overwrite(pair)


def publish(pair: Pair) -> None:
    """Upload what is on Disk no more, or never was; a file of its name that is bound to nothing is met instead."""
    if found_again(pair) or _met_before(pair):
        return
    wanted = pair.tools.folders.of(pair.rule, pair.card)
    refused: frozenset[str] = frozenset()
    while True:
        found = usable(pair, wanted, refused)
        if found.file is not None:
            _meet(pair, found.file, wanted)
            return
        try:
            _upload(pair, found.name, wanted)
        except NameTaken:
            # Another spelling of it is there: Disk compares without case.
            refused |= {found.name}
        else:
            return


def found_again(pair: Pair) -> bool:
    """Our own upload whose answer was lost, under the name and in the folder where it was begun: what 1C says of name
    and place now, if other, is a change since then.
    """
    intent = pair.bound["intent"]
    if intent is None:
        return False
    there = under_way(pair, FolderId(intent["folder"]), intent["name"])
    if there is None or there.size != intent["size"]:
        return False
    pair.facts.disk = there
    if pair.disk_now().sha256 != intent["sha256"]:
        return False
    pair.did.append("published")
    pair.keep(bindings.with_agreed(pair.bound, bindings.agreed_intent(intent, pair.disk)))
    return True


def _upload(pair: Pair, name: str, folder: FolderId) -> None:
    pair.keep(bindings.with_intent(pair.bound, pair.version, name, folder, pair.file.name))
    pair.facts.disk = pair.tools.disk.upload(folder, name, of_version(pair.tools.archive, pair.version))
    if pair.disk.size != pair.version.size:
        raise TryLater("upload_not_proved", 1.0)
    pair.agree_on(pair.version, folder, "published")


def _met_before(pair: Pair) -> bool:
    """A user's file that was being met when the attempt died is met again, whatever it is called now."""
    claimed = bindings.claimed(pair.bound)
    there = pair.tools.disk.files([claimed])[claimed] if claimed is not None else None
    if there is None or there.trashed:
        return False
    _meet(pair, there, pair.tools.folders.of(pair.rule, pair.card))
    return True


def _meet(pair: Pair, file: DiskFile, wanted: FolderId) -> None:
    """A user's file: equal bytes are bound, others lose to 1C's."""
    # Claimed before anything is written: the same file may be met by another record at this moment.
    pair.keep({**pair.bound, "intent": None, "target": bindings.target(file.id)})
    pair.facts.disk = file
    now = pair.disk_now()
    plan = decide.met(pair.onec_now(), now, pair.rule)
    if plan.stops:
        raise NeedsPerson(*plan.stops)
    if plan.conflict:
        pair.met(plan.conflict)
    if "keep_copy" in plan.steps:
        keep_copy(pair)
    if "overwrite" in plan.steps:
        overwrite(pair, wanted)
    else:
        pair.agree_on(pair.version, wanted, "bound")


STEPS: Final[Mapping[str, Callable[[Pair], None]]] = MappingProxyType(
    {
        "overwrite": overwrite,
        "keep_copy": keep_copy,
        "trash": trash,
        "bury": bury,
        "agree": agree,
        "add_version": add_version,
        "restore": restore,
    }
)


def _unchanged(pair: Pair) -> DiskFile:
    """The file as it is at this moment, if it is still the one that was decided about."""
    now = pair.tools.disk.files([pair.disk.id])[pair.disk.id]
    if now is None or now.trashed or now.content != pair.disk.content:
        raise TryLater(CHANGED, 1.0)
    return now


def rescue(pair: Pair) -> None:
    """Disk has no conditional write: what somebody saved in the moment between is kept from the history, if it is
    there, and told like any conflict.
    """
    after = pair.disk
    for revision in range(pair.bound["writing"]["revision"] + 1, after.revision):
        copy = pair.tools.copies.keep_revision(pair.record.key, after, revision, pair.today())
        pair.met("written_between")
        if copy is not None:
            pair.keep({**pair.bound, "met": [told.with_copy(one, copy) for one in pair.bound["met"]]})
        pair.notes["written_between"] = copy.name if copy is not None else "lost"
