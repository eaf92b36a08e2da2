"""Cloud Storage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tests.simulators.google_provider.diagnostics import Refused
from tests.simulators.google_provider.refusals.saying import require
from tests.simulators.google_provider.values import Value

if TYPE_CHECKING:
    from tests.simulators.google_provider.cloud import Cloud

State = Mapping[str, Value]


def _bucket(_cloud: Cloud, state: State) -> None:
    """Naming rules of buckets: cloud.google.com/storage/docs/buckets#naming."""
    name = str(state["name"])
    good = re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]", name) and not name.startswith("goog")
    require(good, 400, f"Invalid bucket name: '{name}', invalid")


def _object(cloud: Cloud, state: State) -> None:
    bucket = str(state["bucket"])
    require(cloud.has("google_storage_bucket", bucket), 404, f"The specified bucket {bucket} does not exist., notFound")
    source = state.get("source")
    if isinstance(source, str) and not (cloud.folder / source).is_file():
        raise Refused(f"error opening source: open {source}: no such file or directory")


def _full(cloud: Cloud, state: State) -> None:
    objects = [one for one in cloud.all("google_storage_bucket_object") if one["bucket"] == state["name"]]
    if objects and not state.get("force_destroy"):
        raise Refused(f"Error trying to delete bucket {state['name']} without `force_destroy` set to true")


RULES = {"google_storage_bucket": _bucket, "google_storage_bucket_object": _object}
DELETIONS = {"google_storage_bucket": _full}
