"""What Google asks for what the exchange uses, in US dollars, for europe-west1 (Belgium), and what had to be assumed.

Looked up on 2026-11-20 in copies of the vendor's pages, which show list prices without discounts. Nobody should take a
budget from this table without looking at the pages: `seen` says how sure each price is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

LOOKED_UP = "2026-11-20"
HOURS = 730
"""In a month."""
DAYS = HOURS / 24
MILLION, GIB = 1_000_000, 1024**3

Seen = Literal["page", "quoted", "elsewhere", "unsure"]
"""On the vendor's page; in what others quote from it; for another region only; not at all."""


@dataclass(frozen=True, slots=True)
class Price:
    """`usd` for so many (`per`) of what is counted; `free` is what costs nothing each month."""

    what: str
    usd: float
    per: float
    unit: str
    page: str
    seen: Seen
    free: float = 0.0
    remark: str = ""

    def of(self, quantity: float) -> float:
        """Dollars for that many, the free ones among them."""
        return quantity * self.usd / self.per

    def beyond_free(self, quantity: float) -> float:
        """Dollars for what is left of a month's quantity once the free ones are taken off."""
        return self.of(max(quantity - self.free, 0.0))


_BELGIUM = "Iowa {} and a tenth more, as one quoted SKU has it"
_RUN, _STORE, _NAT = (
    "cloud.google.com/run/pricing",
    "cloud.google.com/firestore/pricing",
    "cloud.google.com/nat/pricing",
)
_TASKS, _MACHINES = "cloud.google.com/tasks/pricing", "cloud.google.com/compute/vm-instance-pricing"
_BALANCER, _ARMOR = "cloud.google.com/load-balancing/pricing", "cloud.google.com/armor/pricing"
_NETWORK, _WATCHING = "cloud.google.com/vpc/network-pricing", "cloud.google.com/stackdriver/pricing"

PRICES: Mapping[str, Price] = MappingProxyType(
    {
        "reads": Price(
            "Firestore: documents read", 0.033, 100_000, "100 000", _STORE, "elsewhere", 50_000 * DAYS,
            _BELGIUM.format(0.03),
        ),
        "writes": Price(
            "Firestore: documents written", 0.099, 100_000, "100 000", _STORE, "elsewhere", 20_000 * DAYS,
            _BELGIUM.format(0.09),
        ),
        "deletes": Price(
            "Firestore: documents deleted", 0.011, 100_000, "100 000", _STORE, "elsewhere", 20_000 * DAYS,
            _BELGIUM.format(0.01),
        ),
        "expiries": Price(
            "Firestore: deleted by expiry", 0.011, 100_000, "100 000", _STORE, "elsewhere", 0, "never free"
        ),
        "stored": Price(
            "Firestore: data and indexes", 0.165, GIB, "GiB-month", _STORE, "elsewhere", GIB, _BELGIUM.format(0.15)
        ),
        "recovery": Price(
            "Firestore: point-in-time recovery", 0.165, GIB, "GiB-month", _STORE, "elsewhere", 0, _BELGIUM.format(0.15)
        ),
        "backups": Price("Firestore: backups", 0.033, GIB, "GiB-month", _STORE, "elsewhere", 0, _BELGIUM.format(0.03)),
        "tasks": Price(
            "Cloud Tasks: puts and dispatches", 0.40, MILLION, "million", _TASKS, "page", MILLION,
            "each 32 KB of a task; a put that finds its name taken counts too",
        ),
        "requests": Price("Functions: requests", 0.40, MILLION, "million", _RUN, "quoted", 2 * MILLION),
        "cpu": Price("Functions: vCPU seconds", 0.000024, 1, "s", _RUN, "page", 180_000, "tier 1, while requests last"),
        "memory": Price("Functions: GiB seconds", 0.0000025, 1, "s", _RUN, "quoted", 360_000, "tier 1"),
        "logs": Price("Logging", 0.50, GIB, "GiB", _WATCHING, "page", 50 * GIB, "each line once, kept 30 days"),
        "egress": Price(
            "Internet, bytes sent", 0.12, GIB, "GiB", _NETWORK, "elsewhere", 0, "seen for North America; premium tier"
        ),
        "nat": Price("NAT, bytes both ways", 0.045, GIB, "GiB", _NAT, "page"),
        "balanced": Price(
            "Load balancer, bytes both ways", 0.008, GIB, "GiB", _BALANCER, "elsewhere", 0, "seen for Iowa"
        ),
        "guarded": Price("Cloud Armor: requests", 0.75, MILLION, "million", _ARMOR, "quoted"),
        "forwarding rule": Price("Load balancer: forwarding rule", 0.025, 1, "hour", _BALANCER, "page"),
        "public address": Price(
            "Load balancer: its address", 0.0, 1, "hour", _NETWORK, "unsure", 0, "while a forwarding rule uses it"
        ),
        "policy": Price("Cloud Armor: policy", 5.0, 1, "month", _ARMOR, "quoted"),
        "policy rule": Price("Cloud Armor: rules", 1.0, 1, "month", _ARMOR, "quoted", 0, "with the default one"),
        "connector": Price(
            "VPC connector: e2-micro", 0.00922, 1, "hour", _MACHINES, "elsewhere", 0,
            "seen for europe-west4",
        ),
        "gateway": Price("NAT: instances behind it", 0.0014, 1, "hour", _NAT, "page"),
        "egress address": Price("NAT: its address", 0.005, 1, "hour", _NAT, "page"),
        "secrets": Price(
            "Secret Manager: versions", 0.06, 1, "month", "cloud.google.com/secret-manager/pricing", "page", 6,
            "disabled versions count until destroyed",
        ),
        "jobs": Price(
            "Cloud Scheduler: jobs", 0.10, 1, "month", "cloud.google.com/scheduler/pricing", "page", 3,
            "runs cost nothing; paused jobs count",
        ),
        "metrics": Price(
            "Monitoring: bytes of log-based metrics", 0.258, 1024**2, "MiB", _WATCHING, "page", 150 * 1024**2
        ),
        "alerts": Price(
            "Monitoring: metrics in alerts", 0.0, 1, "month", "cloud.google.com/products/observability/pricing",
            "quoted", 0, "free until 2027-09-01, then 0.35 each and 0.50 a million points",
        ),
        "looks": Price(
            "Monitoring: uptime checks", 0.30, 1_000, "1 000", _WATCHING, "quoted", MILLION
        ),
        "images": Price(
            "Artifact Registry: images", 0.10, GIB, "GiB-month", "cloud.google.com/artifact-registry/pricing", "page",
            GIB / 2,
        ),
        "build": Price(
            "Cloud Build: minutes", 0.006, 1, "minute", "cloud.google.com/build/pricing", "page", 2_500,
            "e2-standard-2",
        ),
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Assumed:
    """Seconds, bytes and numbers that no simulator can say."""

    bitrix_seconds: float = 0.25
    onec_seconds: float = 0.4
    store_seconds: float = 0.02
    put_seconds: float = 0.05
    start_seconds: float = 2.0
    idle_seconds: float = 900.0
    headers: int = 1_000
    entry: int = 800
    request_entry: int = 1_300
    schedule_entries: int = 3_000
    file: int = 200 * 1024
    build_minutes: float = 2.5
    image: int = 60 * 1024**2
    images_kept: int = 5
    alerts: int = 12
    series: int = 20


ASSUMED = Assumed()

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "bitrix_seconds": "a request to Bitrix24, s",
        "onec_seconds": "a request to 1C, s",
        "store_seconds": "a round trip to Firestore, s",
        "put_seconds": "putting a task, s",
        "start_seconds": "billed start of an instance, s (facts gcp §7.2)",
        "idle_seconds": "an instance is kept after its last request, s",
        "headers": "headers of a request or an answer with their TLS, bytes",
        "entry": "what Logging adds to each of our lines, bytes",
        "request_entry": "the platform's own line for each request, bytes",
        "schedule_entries": "the scheduler's own lines for each run, bytes",
        "file": "a version of a file, bytes",
        "build_minutes": "building one function's image, minutes",
        "image": "one function's own layers of an image, bytes",
        "images_kept": "images kept of each function (infra/build.tf)",
        "alerts": "metrics in alert conditions",
        "series": "time series of log-based metrics with a value every minute",
    }
)
