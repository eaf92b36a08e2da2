"""The three-way decision: what 1C and Disk show now against what they last agreed on (rules, Documents). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from common.errors import Stop
from common.exchanges.documents.model import MIB, Agreed, DiskNow, DocumentRule, Limits, OnecNow, Plan, Step
from common.exchanges.documents.names import composed, split
from common.model.documents import FolderId

NOTHING = Plan()

Side = Literal["gone", "same", "changed"]

_GONE: Final[Mapping[tuple[Side, Side], Plan]] = MappingProxyType(
    {
        ("gone", "gone"): Plan(("bury",)),
        ("gone", "same"): Plan(("trash", "bury")),
        ("gone", "changed"): Plan(("keep_copy", "trash", "bury"), conflict="modify_vs_delete"),
        ("same", "gone"): Plan(("restore",), warning="restored_on_disk"),
        ("changed", "gone"): Plan(("restore",), conflict="delete_vs_modify"),
    }
)
"""(1C, Disk) since the agreement, where one of them has the file no more."""


def content(
    onec: OnecNow, disk: DiskNow, agreed: Agreed, rule: DocumentRule, limits: Limits, submitted: bool = False
) -> Plan:
    """What is to be done about the bytes of a bound file. `submitted`: a person said "Send to 1C" of it."""
    sides = (_onec_side(onec, agreed), _disk_side(disk, agreed))
    if sides in _GONE:
        return _GONE[sides]
    if sides == ("changed", "same"):
        return _replaced(onec, disk, rule)
    if sides == ("changed", "changed"):
        return _both(onec, disk, rule)
    if sides == ("same", "changed"):
        return _from_disk(onec, disk, agreed, rule, limits, submitted)
    return Plan(("agree",)) if _moved_on(onec, disk, agreed) else NOTHING


def met(onec: OnecNow, disk: DiskNow, rule: DocumentRule) -> Plan:
    """A file of 1C and one of its name on Disk meet for the first time: equal → bound, else as if both had changed."""
    plan = _both(onec, disk, rule)
    return Plan(plan.steps, "first_meeting", stops=plan.stops) if plan.conflict else plan


def name(onec_name: str, disk_name: str, agreed: Agreed) -> tuple[str, bool]:
    """Which side's name goes to the other: `disk` (1C's name goes to Disk), `onec` or ""; and whether both renamed.

    Both renamed: 1C's name, and a record of it. What Disk made of 1C's name is no rename.
    """
    in_onec = composed(onec_name) != composed(agreed.onec_name)
    on_disk = composed(disk_name) != composed(agreed.disk_name)
    if in_onec:
        return "disk", on_disk and composed(disk_name) != composed(onec_name)
    return ("onec", False) if on_disk else ("", False)


def place(wanted: FolderId, now: FolderId, agreed: Agreed, mapped: bool) -> str:
    """What becomes of a file's place: `move` it to `wanted`, `follow` the user who moved it, `out` when he moved it to
    a folder of no mapping, "" when nothing moved. 1C's move wins.
    """
    if wanted != agreed.wanted:
        return "" if now == wanted else "move"
    if now == agreed.folder:
        return ""
    return "follow" if mapped else "out"


def _onec_side(onec: OnecNow, agreed: Agreed) -> Side:
    if onec.version is None:
        return "gone"
    # By bytes alone: a base that keeps no versions puts others under the same id.
    return "same" if onec.version.sha256 == agreed.sha256 else "changed"


def _disk_side(disk: DiskNow, agreed: Agreed) -> Side:
    if disk.gone:
        return "gone"
    return "same" if disk.sha256 == agreed.sha256 else "changed"


def _moved_on(onec: OnecNow, disk: DiskNow, agreed: Agreed) -> bool:
    """The bytes are as agreed, but under other ids: remembered, so that they need not be compared again."""
    return disk.content != agreed.content or (onec.version is not None and onec.version.id != agreed.version)


def _both(onec: OnecNow, disk: DiskNow, rule: DocumentRule) -> Plan:
    version = onec.version
    if version is None or version.sha256 == disk.sha256:
        return Plan(("agree",))
    plan = _overwritten(onec, rule)
    if plan.stops:
        return plan
    # Bytes that 1C keeps as an earlier version need no copy: they are lost by nobody.
    copy: tuple[Step, ...] = () if disk.sha256 in onec.earlier else ("keep_copy",)
    return Plan((*copy, *plan.steps), conflict="both_changed")


def _overwritten(onec: OnecNow, rule: DocumentRule) -> Plan:
    version = onec.version
    if version is not None and version.size > rule.max_version_size:
        figures = sizes(version.size, rule.max_version_size)
        stop = Stop("version_too_large", "", "admin", f"documents:{rule.id}", onec.name, details=figures)
        return Plan(stops=(stop,))
    if version is not None and version.size == 0:
        return Plan(stops=(Stop("version_empty", "", "admin", "person", onec.name),))
    return Plan(("overwrite",))


def _replaced(onec: OnecNow, disk: DiskNow, rule: DocumentRule) -> Plan:
    """A base that keeps no versions has what Disk still shows nowhere else: then a copy stays beside it."""
    plan = _overwritten(onec, rule)
    if plan.stops or disk.sha256 in onec.earlier:
        return plan
    return Plan(("keep_copy", *plan.steps), warning="previous_kept")


def _from_disk(
    onec: OnecNow, disk: DiskNow, agreed: Agreed, rule: DocumentRule, limits: Limits, submitted: bool
) -> Plan:
    if onec.closed:  # whatever goes back to 1C: nobody may read altered bytes under a signature
        plan = _overwritten(onec, rule)
        return plan if plan.stops else Plan(("keep_copy", *plan.steps), conflict="closed")
    if rule.reverse == "off" and not submitted:
        return Plan(once="not_carried")
    stop = too_large(disk.size, agreed.onec_name, limits)
    return Plan(stops=(stop,)) if stop else Plan(("add_version",))


def too_large(size: int, file_name: str, limits: Limits) -> Stop | None:
    """Why 1C would not take such a file, None when it would."""
    extension = split(file_name)[1].removeprefix(".").casefold()
    if size > limits.max_file_size:
        return Stop("too_large", "", "admin", "base:dm", file_name, details=sizes(size, limits.max_file_size))
    if extension in limits.forbidden:
        return Stop("extension_forbidden", extension, "admin", "base:dm", file_name)
    return None


def sizes(size: int, limit: int) -> str:
    """Both in MiB, as people compare them: `61.5 MiB > 50.0 MiB`; small ones in bytes."""
    if limit < MIB:
        return f"{size} B > {limit} B"
    return f"{size / MIB:.1f} MiB > {limit / MIB:.1f} MiB"
