"""What becomes of the bytes of a file, for every pair of sides (rules, Documents: the table)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.exchanges.documents import decide
from common.exchanges.documents.decide import NOTHING
from common.exchanges.documents.model import DiskNow, DocumentRule, OnecNow, Plan, Reverse
from tests.unit.exchanges.documents.samples import LIMITS, agreed, disk, onec, rule

GONE_ONEC, GONE_DISK = OnecNow(None), DiskNow(gone=True)
LARGE, TOO_LARGE = 500, 501
"""The mapping takes new versions on Disk up to 500 bytes."""
TAKEN, REFUSED = 1000, 1001
"""1C takes files up to 1000 bytes."""


def decided(onec: OnecNow, disk: DiskNow, submitted: bool = False, **changes: object) -> Plan:
    return decide.content(onec, disk, agreed(), rule(**changes), LIMITS, submitted)


@pytest.mark.parametrize("reverse", ["off", "update", "create"])
@pytest.mark.parametrize("closed", ["", "signed", "encrypted", "captured"])
@pytest.mark.parametrize(
    ("left", "right", "plan"),
    [
        (onec(), disk(), NOTHING),
        (onec(id="v2"), disk(), Plan(("agree",))),
        (onec(), disk(number=32), Plan(("agree",))),
        (onec("new", earlier=("agreed",)), disk(), Plan(("overwrite",))),
        (onec("new"), disk(), Plan(("keep_copy", "overwrite"), warning="previous_kept")),
        (onec("new"), disk("new", number=32), Plan(("agree",))),
        (onec("new"), disk("edited", number=32), Plan(("keep_copy", "overwrite"), conflict="both_changed")),
        (onec("new", earlier=("edited",)), disk("edited", number=32), Plan(("overwrite",), conflict="both_changed")),
        (onec("new"), GONE_DISK, Plan(("restore",), conflict="delete_vs_modify")),
        (onec(), GONE_DISK, Plan(("restore",), warning="restored_on_disk")),
        (GONE_ONEC, disk(), Plan(("trash", "bury"))),
        (GONE_ONEC, disk("edited"), Plan(("keep_copy", "trash", "bury"), conflict="modify_vs_delete")),
        (GONE_ONEC, GONE_DISK, Plan(("bury",))),
    ],
)
def test_the_table_holds_whatever_goes_back_and_however_closed(
    left: OnecNow, right: DiskNow, plan: Plan, closed: str, reverse: Reverse
) -> None:
    seen = replace(left, closed=closed if left.version else "")
    assert decided(seen, right, reverse=reverse) == plan


EDITED = disk("edited", number=32)


@pytest.mark.parametrize(
    ("reverse", "submitted", "closed", "plan"),
    [
        ("off", False, "", Plan(once="not_carried")),
        ("off", True, "", Plan(("add_version",))),
        ("update", False, "", Plan(("add_version",))),
        ("update", True, "", Plan(("add_version",))),
        ("create", False, "", Plan(("add_version",))),
        *(
            (reverse, submitted, closed, Plan(("keep_copy", "overwrite"), conflict="closed"))
            for closed in ("signed", "encrypted", "captured")
            for reverse, submitted in (("off", False), ("off", True), ("update", False), ("create", False))
        ),
    ],
)
def test_what_a_user_edited_goes_to_1c_as_the_mapping_and_1c_let_it(
    reverse: Reverse, submitted: bool, closed: str, plan: Plan
) -> None:
    assert decided(onec(closed=closed), EDITED, submitted, reverse=reverse) == plan


@pytest.mark.parametrize("right", [disk(), EDITED, GONE_DISK])
@pytest.mark.parametrize(("size", "fits"), [(LARGE, True), (TOO_LARGE, False)])
def test_a_version_disk_does_not_take_waits_and_nothing_is_copied_for_it(right: DiskNow, size: int, fits: bool) -> None:
    plan = decided(onec("new", size), right)
    if right.gone:
        assert plan.steps == ("restore",), "a new object goes the two-step way, which has no such limit"
    elif fits:
        assert not plan.stops
    else:
        (stop,) = plan.stops
        assert (stop.reason, stop.details, plan.steps, plan.conflict) == (
            "version_too_large", "501 B > 500 B", (), None,
        )  # fmt: skip


@pytest.mark.parametrize("right", [disk(), EDITED])
def test_an_empty_version_waits_because_disk_refuses_it(right: DiskNow) -> None:
    plan = decided(onec("", size=0), right)
    assert ([stop.reason for stop in plan.stops], plan.steps) == (["version_empty"], ())


def test_a_closed_file_too_large_to_be_set_back_waits() -> None:
    plan = decided(onec(size=TOO_LARGE, closed="signed"), EDITED)
    assert ([stop.reason for stop in plan.stops], plan.steps) == (["version_too_large"], ())


@pytest.mark.parametrize(
    ("size", "name", "reason"),
    [
        (TAKEN, "a.docx", None),
        (REFUSED, "a.docx", "too_large"),
        (1, "a.EXE", "extension_forbidden"),
        (1, "a.exe.docx", None),
        (1, "exe", None),
        (1, ".exe", None),
    ],
)
def test_what_1c_does_not_take_waits(size: int, name: str, reason: str | None) -> None:
    before = agreed(onec_name=name)
    plan = decide.content(onec(), disk("edited", size, 32), before, rule(), LIMITS)
    assert [stop.reason for stop in plan.stops] == ([reason] if reason else [])
    assert plan.steps == (() if reason else ("add_version",))


def test_two_that_meet_first_are_bound_when_equal_and_else_the_disk_bytes_are_kept() -> None:
    assert decide.met(onec("same"), disk("same"), rule()) == Plan(("agree",))
    assert decide.met(onec("new"), disk("other"), rule()) == Plan(("keep_copy", "overwrite"), conflict="first_meeting")
    known = decide.met(onec("new", earlier=("other",)), disk("other"), rule())
    assert (known.steps, known.conflict) == (("overwrite",), "first_meeting"), "1C keeps these bytes: no copy"
    waits = decide.met(onec("new", TOO_LARGE), disk("other"), rule())
    assert ([stop.reason for stop in waits.stops], waits.steps) == (["version_too_large"], ())


CONTENTS = st.sampled_from(["agreed", "one", "two", ""])
SIZES = st.sampled_from([0, 1, LARGE, TOO_LARGE, TAKEN, REFUSED])
ONEC = st.one_of(
    st.just(GONE_ONEC),
    st.builds(
        onec,
        CONTENTS,
        SIZES,
        st.sampled_from(["v1", "v2"]),
        st.lists(CONTENTS, max_size=3).map(tuple),
        st.sampled_from(["", "signed", "captured"]),
    ),
)
DISK = st.one_of(st.just(GONE_DISK), st.builds(disk, CONTENTS, SIZES, st.sampled_from([31, 32])))
RULES = st.builds(rule, reverse=st.sampled_from(["off", "update", "create"]))


@settings(deadline=None)
@given(ONEC, DISK, RULES, st.booleans())
def test_whatever_the_sides_no_bytes_are_lost(
    left: OnecNow, right: DiskNow, mapping: DocumentRule, submitted: bool
) -> None:
    plan = decide.content(left, right, agreed(), mapping, LIMITS, submitted)
    _loses_nothing(plan, left, right)
    assert not {"restore", "trash"} <= set(plan.steps), "never both restored and thrown away"
    if plan.stops:
        assert not plan.steps, "what waits is not begun"


@settings(deadline=None)
@given(ONEC, DISK)
def test_a_first_meeting_loses_no_bytes_either(left: OnecNow, right: DiskNow) -> None:
    if left.version is not None and not right.gone:
        plan = decide.met(left, right, rule())
        _loses_nothing(plan, left, right)
        assert not {"trash", "bury", "restore"} & set(plan.steps), "a first meeting deletes nothing"


@settings(deadline=None)
@given(SIZES, st.sampled_from(["v1", "v2"]), st.sampled_from([31, 32]), RULES, st.booleans())
def test_what_is_as_agreed_is_never_written(
    size: int, version: str, content: int, mapping: DocumentRule, submitted: bool
) -> None:
    left, right = onec(size=size, id=version), disk(size=size, number=content)
    plan = decide.content(left, right, agreed(), mapping, LIMITS, submitted)
    assert plan in (NOTHING, Plan(("agree",)))
    assert (plan == NOTHING) == (version == "v1" and content == 31)


def _loses_nothing(plan: Plan, left: OnecNow, right: DiskNow) -> None:
    """Differing bytes of Disk that 1C does not keep are copied before they go."""
    losing = [number for number, step in enumerate(plan.steps) if step in ("overwrite", "trash")]
    known = {*left.earlier, agreed().sha256, *([left.version.sha256] if left.version else [])}
    if losing and not right.gone and right.sha256 not in known:
        assert "keep_copy" in plan.steps[: losing[0]], f"{plan.steps} loses Disk's bytes"
