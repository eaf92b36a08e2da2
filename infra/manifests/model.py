"""What one `function.json` says, typed. Forms of single fields stand here, what binds several of them in `rules`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from common.ports import Traffic
from infra.manifests.secrets import BASES, is_secret

ROOT: Final = Path(__file__).parents[2]
"""The checkout."""

Kind = Literal["webhook", "job", "page"]
Exchange = Literal["acts", "documents", "orders", "approvals", "all"]
Memory = Literal["128Mi", "256M", "256Mi", "512M", "512Mi", "1Gi", "2Gi", "4Gi", "8Gi", "16Gi", "32Gi"]
"""The platform's sizes (facts gcp §3.2)."""

MAX_INSTANCES: Final[Mapping[str, int]] = MappingProxyType({"receive": 10, "serve": 3, "process": 8, "run": 1})
"""Instances where a manifest names no limit; Terraform has the same. A receiver stands bursts (facts gcp §8), a worker
cannot use more than its queue dispatches at once, a job never runs beside itself (§5.5)."""


LONGEST: Final = 256
"""Bytes of a service account's description, which says what its function is for (IAM, ServiceAccount)."""


def _line(text: str) -> str:
    if not text.strip() or re.search(r"[|\n]", text) or len(text.encode()) > LONGEST:
        raise ValueError("not one line for a table")
    return text


def _secret(name: str) -> str:
    if name != BASES and not is_secret(name):
        raise ValueError("not a secret")
    return name


def _each_once(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) != len(values):
        raise ValueError("twice")
    return values


Line = Annotated[str, AfterValidator(_line)]
Cpu = Annotated[str, Field(pattern=r"^(0\.(0[89]\d?|[1-9]\d{0,2})|[12468])$")]
"""vCPUs: 0.08 to below 1 in steps of 0.001, or 1, 2, 4, 6, 8 (docs.cloud.google.com/run/docs/configuring/jobs/cpu)."""
Instances = Annotated[int, Field(ge=1, le=100)]
Secrets = Annotated[tuple[Annotated[str, AfterValidator(_secret)], ...], AfterValidator(_each_once)]
Queues = Annotated[tuple[Traffic, ...], AfterValidator(_each_once)]


class Noun(BaseModel):
    """Frozen, and nothing in it that we do not know: a misspelt field would silently be the default."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class EntryPoint(Noun):
    """One deployed function.

    public            anybody may call it: it proves its callers by itself
    cpu               vCPUs; below 1 it serves one request at a time (facts gcp §1.4)
    egress            its calls leave by the fixed address that 1C's publication admits
    secrets           the settings of Secret Manager it may read, and no others
    queue             the class of queue that feeds it
    puts              the classes of queue it puts tasks on
    max_instances     None: that of `MAX_INSTANCES`
    pauses            it pauses and resumes queues and jobs
    """

    public: bool
    memory: Memory
    cpu: Cpu
    timeout_seconds: Annotated[int, Field(ge=1, le=1800)]
    concurrency: Annotated[int, Field(ge=1, le=1000)]
    egress: bool
    secrets: Secrets
    queue: Traffic | None = None
    puts: Queues = ()
    max_instances: Instances | None = None
    min_instances: Annotated[int, Field(ge=0, le=100)] = 0
    pauses: bool = False


class Manifest(Noun):
    """One folder of `functions/`: a webhook type, a scheduled job or a page.

    folder         its name, e.g. `bitrix_deal_changed`
    entry_points   by name: `receive` and `process`, `run`, or `serve`
    schedule       of a job: five fields of unix-cron in the business's time zone; "" for others
    """

    folder: str
    about: Line
    kind: Kind
    exchange: Exchange
    entry_points: Mapping[str, EntryPoint]
    schedule: str = ""

    @property
    def slug(self) -> str:
        """Its name in addresses: `bitrix-deal-changed`."""
        return self.folder.replace("_", "-")

    @property
    def public(self) -> tuple[str, ...]:
        """Entry points that anybody may call."""
        return tuple(name for name, entry in self.entry_points.items() if entry.public)

    def deployed(self, entry: str) -> str:
        """The name of that entry point's function, service and service account."""
        return deployed_name(self.folder, entry)

    def max_instances(self, entry: str) -> int:
        """How many instances of it may run at once."""
        return self.entry_points[entry].max_instances or MAX_INSTANCES[entry]


def deployed_name(folder: str, entry: str) -> str:
    """`bitrix-deal-changed` for what is called from outside, `bitrix-deal-changed-process` for the queue's."""
    slug = folder.replace("_", "-")
    return f"{slug}-process" if entry == "process" else slug
