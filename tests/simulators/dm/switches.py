"""What differs between bases, and what the contract leaves open; the first value is the default."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal


@dataclass
class Switches:
    """The behaviour of one base; a test may change it at any moment."""

    # What `ping` tells (contract §2)
    edition: Literal["CORP", "PROF", "DGU"] = "CORP"
    config_version: str = "2.1.32.6"
    extension_version: str = "1.0.0"
    time_zone: str = "Europe/Moscow"
    max_file_size: int = 50 * 1024 * 1024
    max_parallel: int = 5
    list_limit: int = 200
    comment_max: int = 500
    forbidden_extensions: list[str] = field(default_factory=lambda: ["exe", "bat", "js"])
    background_execution: bool = True
    # Constants of the extension (contract §3)
    enabled: bool = True
    selected_kinds: set[str] | None = None  # ids; None selects all; filters events only
    # The queue of events
    sender_interval: float = 10.0  # seconds between the ticks that number rows; 0 numbers at once
    feed_days: int = 30
    future_cursor: Literal["empty", "gone"] = "empty"  # `after` beyond the last number (a restored base)
    # Rights: 403 for the service user by (method, template), 422 for acting people by id
    forbidden: set[tuple[str, str]] = field(default_factory=set)
    refused_people: set[str] = field(default_factory=set)
    # Files
    name_max: int = 256  # facts §5
    names_ignore_case: bool = False  # whether `file of that name` disregards case (depends on the database)
    marked_files_hold_names: bool = False  # facts §1.7: the look-up by name passes over marked files
    closed_states: set[str] = field(default_factory=set)  # states of a document that prohibit changes of its files
    file_touches_document: bool = False  # whether a changed file raises `updated_at` of its document
    # Transport
    body_mismatch: Literal["invalid", "bad_signature"] = "invalid"  # X-Content-SHA256 other than the body's
    retry_after: int = 5
    clock_skew: timedelta = timedelta()
