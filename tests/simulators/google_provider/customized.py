"""What single resource types add to a plan (`CustomizeDiff` in the provider's sources)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path

from tests.simulators.google_provider.book import Type
from tests.simulators.google_provider.diagnostics import Refused
from tests.simulators.google_provider.settings import Settings
from tests.simulators.google_provider.values import UNKNOWN, Value, is_known

State = dict[str, Value]


def customize(type_: Type, prior: State | None, planned: State, settings: Settings) -> None:
    """Put into the plan what the provider knows beforehand."""
    _project_and_region(type_, planned, settings)
    if planned.get("deletion_policy") is UNKNOWN and (fallback := type_.facts.get("deletion_policy")):
        planned["deletion_policy"] = settings.deletion_policy or fallback
    if style := type_.facts.get("labels"):
        _labels(prior, planned, settings, attributed=style == "attribution")
    if type_.facts.get("annotations"):
        _annotations(prior, planned)
    if special := _SPECIAL.get(type_.name):
        special(prior, planned, settings)


def _project_and_region(type_: Type, planned: State, settings: Settings) -> None:
    for name in ("project", "region"):
        if type_.facts.get(f"provider_{name}") and planned.get(name) is UNKNOWN:
            value = getattr(settings, name)
            if value is None:
                raise Refused(f"Failed to retrieve {name}, pid: , err: {name}: required field is not set")
            planned[name] = value


def _labels(prior: State | None, planned: State, settings: Settings, *, attributed: bool) -> None:
    labels = planned.get("labels") or {}
    if not is_known(labels):
        planned["terraform_labels"] = planned["effective_labels"] = UNKNOWN
        return
    before = (prior or {}).get("terraform_labels") or {}
    effective = (prior or {}).get("effective_labels") or {}
    attribution = settings.attributed(prior is None, effective) if attributed else {}
    ours = {**settings.default_labels, **attribution, **labels}
    planned["terraform_labels"] = ours
    planned["effective_labels"] = _laid_over(effective, before, ours)


def _annotations(prior: State | None, planned: State) -> None:
    annotations = planned.get("annotations") or {}
    if not is_known(annotations):
        planned["effective_annotations"] = UNKNOWN
        return
    before = (prior or {}).get("annotations") or {}
    effective = (prior or {}).get("effective_annotations") or {}
    planned["effective_annotations"] = _laid_over(effective, before, annotations)


def _laid_over(effective: Mapping[str, Value], before: Mapping[str, Value], ours: Mapping[str, Value]) -> State:
    """What others set stays; what we set before and no longer want goes."""
    kept = {key: value for key, value in effective.items() if key not in before or key in ours}
    return {**kept, **ours}


def _service_account(prior: State | None, planned: State, _settings: Settings) -> None:
    """An account's e-mail follows from its id, so that it is known before the account is made."""
    account, project = planned.get("account_id"), planned.get("project")
    if prior is None and is_known([account, project]) and project:
        email = f"{account}@{project}.iam.gserviceaccount.com"
        planned.update(email=email, member=f"serviceAccount:{email}")


def _bucket_object(prior: State | None, planned: State, settings: Settings) -> None:
    """An object's sums and generation are new with its content, never before."""
    digest = content_digest(planned, settings.folder)
    changed = prior is not None and digest is not None and prior.get("md5hash") != digest
    if changed or (prior is not None and prior.get("source_md5hash") != planned.get("source_md5hash")):
        planned.update(md5hash=UNKNOWN, crc32c=UNKNOWN, generation=UNKNOWN)


def content_digest(state: Mapping[str, Value], folder: Path) -> str | None:
    """The MD5 sum Google Cloud Storage gives an object of this content, if the content is there to be read."""
    source, content = state.get("source"), state.get("content")
    if isinstance(source, str):
        raw = (folder / source).read_bytes() if (folder / source).is_file() else None
    else:
        raw = content.encode() if isinstance(content, str) else None
    return base64.b64encode(hashlib.md5(raw, usedforsecurity=False).digest()).decode() if raw is not None else None


def _scheduler_job(_prior: State | None, planned: State, _settings: Settings) -> None:
    target = planned.get("http_target")
    if isinstance(target, list) and target and target[0].get("oauth_token") and target[0].get("oidc_token"):
        raise Refused("Error in http_target: only one of oauth_token or oidc_token can be specified, but not both.")


_SPECIAL: Mapping[str, Callable[[State | None, State, Settings], None]] = {
    "google_service_account": _service_account,
    "google_storage_bucket_object": _bucket_object,
    "google_cloud_scheduler_job": _scheduler_job,
}
