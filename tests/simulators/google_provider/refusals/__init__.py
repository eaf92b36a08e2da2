"""What Google, or the provider on the way to it, says no to: mistakes a validation cannot see.

One module per service. A rule names its source, or says what an error of the real API reads like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from tests.simulators.google_provider.book import Type
from tests.simulators.google_provider.diagnostics import Refused
from tests.simulators.google_provider.refusals import (
    access,
    apis,
    balancing,
    firestore,
    functions,
    holding,
    monitoring,
    network,
    schedules,
    secrets,
    storage,
)
from tests.simulators.google_provider.values import Value

if TYPE_CHECKING:
    from tests.simulators.google_provider.cloud import Cloud

State = dict[str, Value]
Rule = Callable[["Cloud", State], None]

_RULES: Mapping[str, Rule] = {
    **access.RULES,
    **apis.RULES,
    **balancing.RULES,
    **firestore.RULES,
    **functions.RULES,
    **monitoring.RULES,
    **network.RULES,
    **schedules.RULES,
    **secrets.RULES,
    **storage.RULES,
}


def check(cloud: Cloud, type_: Type, state: State, config: Mapping[str, Value]) -> None:
    """Judge a resource about to be made or changed.

    Raises:
        Refused: with the words a person would read.
    """
    apis.check(cloud, type_.name, state)
    if rule := _RULES.get(type_.name):
        rule(cloud, {**state, **_write_only(type_, config)})


def _write_only(type_: Type, config: Mapping[str, Value]) -> State:
    """Write-only arguments stand in the configuration alone."""
    return {name: config.get(name) for name, attribute in type_.block.attributes.items() if attribute.write_only}


def kept(cloud: Cloud, type_: Type, prior: State) -> bool:
    """Whether a resource outlives its removal from Terraform.

    Raises:
        Refused: it must not be removed.
    """
    policy = prior.get("deletion_policy")
    if policy == "PREVENT":
        raise Refused(
            f'cannot destroy {prior["id"]} without setting deletion_policy="DELETE" and running `terraform apply`'
        )
    if policy == "ABANDON":
        return True
    if type_.name == "google_project_service":
        return not prior.get("disable_on_destroy")
    if rule := _DELETIONS.get(type_.name):
        rule(cloud, prior)
    return False


_DELETIONS: Mapping[str, Rule] = {
    **firestore.DELETIONS,
    **holding.DELETIONS,
    **secrets.DELETIONS,
    **storage.DELETIONS,
}


@contextmanager
def told(doing: str) -> Iterator[None]:
    """Say what was being done when something was refused."""
    try:
        yield
    except Refused as refusal:
        raise Refused(f"{doing}: {refusal}") from refusal
