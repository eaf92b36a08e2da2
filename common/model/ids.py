"""Ids have types, so that a deal's number can never stand where a company's belongs."""

from __future__ import annotations

from typing import NewType

DealId = NewType("DealId", int)
CompanyId = NewType("CompanyId", int)
ContactId = NewType("ContactId", int)
RequisiteId = NewType("RequisiteId", int)
UserId = NewType("UserId", int)
StageId = NewType("StageId", str)
"""`STATUS_ID` of a stage, e.g. `C1:WON`; unique in a portal because the funnel is its prefix."""
Ref = NewType("Ref", str)
"""`Ref_Key` of a 1C object: a lower-case UUID."""
BaseName = NewType("BaseName", str)
"""A name from `ONEC_BASES`."""
RuleId = NewType("RuleId", str)
PortalKey = NewType("PortalKey", str)
"""What names a portal in marks and keys: its `member_id`, which survives a renaming (facts bitrix24 §1.1)."""
RecordKey = NewType("RecordKey", str)
"""One thing an exchange carries, e.g. `act:<portal>:<deal>:<rule>`; the key of its claim, binding and waiting."""

EMPTY_REF = Ref("00000000-0000-0000-0000-000000000000")
