"""What differs between bases, platform versions and sources of the facts; the first value is the default (facts §6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal


@dataclass
class Switches:
    """The behaviour of one infobase; a test may change it at any moment."""

    # Formats (§6.1, §6.2)
    default_format: Literal["atom", "json"] = "atom"
    int64: Literal["text", "number"] = "text"
    bom: bool = True
    location: Literal["utf-8", "encoded"] = "utf-8"
    # Reading (§6.4, §1.5)
    unknown_filter_field: Literal["error", "empty"] = "error"
    inlinecount: Literal["ignores_paging", "keeps_paging"] = "ignores_paging"
    query_limit: int | None = 2048
    # Writing (§6.5–§6.7)
    ref_key: Literal["honoured", "ignored"] = "honoured"
    unknown_property: Literal["ignored", "refused"] = "ignored"
    long_string: Literal["truncated", "refused"] = "truncated"
    broken_link: Literal["stored", "refused"] = "stored"
    unknown_enum: Literal["refused", "stored"] = "refused"
    line_number: Literal["mandatory", "assigned"] = "mandatory"
    fixed_code: Literal["plain", "padded"] = "plain"
    data_version: Literal["big_endian", "little_endian"] = "big_endian"
    if_match: Literal["ignored", "checked"] = "ignored"
    # Posting (§6.8, §6.10)
    post_by_get: bool = True
    post_by_patch: bool = True
    mark_posted: Literal["refused", "unposts"] = "refused"
    fill_check: bool = False
    # What the configuration does on its own (§6.9, §6.17); `hooks=False` is a base whose handlers do nothing.
    hooks: bool = True
    fixed_time: bool = False
    fill_accounts: bool = True
    default_contract: bool = True
    status_rows: bool = True
    automatic_discounts: bool = False
    act_without_order: bool = True
    unique: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    refuse_write: Mapping[str, str] = field(default_factory=dict)
    refuse_post: Mapping[str, str] = field(default_factory=dict)
    # Registers (§6.15)
    register_duplicate: Literal["refused", "replaced"] = "refused"
    # Sessions (§6.13) and speed (§6.12, §1.18)
    sessions: Literal["autouse", "dontuse", "use"] = "autouse"
    pool_size: int = 10
    pool_timeout: float = 5
    session_max_age: float = 20
    stall: float = 0
    stall_after_idle: float = 30
    work_time: float = 0
    clock_skew: timedelta = timedelta(0)
