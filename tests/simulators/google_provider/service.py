"""The provider's answers to Terraform's questions, one method per procedure of the protocol."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tests.simulators.google_provider import protocol
from tests.simulators.google_provider.book import Book, Type, book
from tests.simulators.google_provider.checks import faults_of
from tests.simulators.google_provider.cloud import Cloud
from tests.simulators.google_provider.diagnostics import Fault, Refused, attribute_path, diagnostics
from tests.simulators.google_provider.looks import look
from tests.simulators.google_provider.plans import plan
from tests.simulators.google_provider.schema_message import schema_response
from tests.simulators.google_provider.settings import Settings, read_settings
from tests.simulators.google_provider.values import Value, decode, encode


class Service:
    """One provider process: Terraform configures it, then asks for plans and changes."""

    def __init__(self, cloud: Cloud, folder: Path) -> None:
        self._cloud, self._folder = cloud, folder
        self._book: Book = book()
        self._settings = Settings(folder=folder)

    def method(self, name: str) -> Callable[[Any], Any]:
        """The procedure of this name; whatever it refuses becomes a diagnostic."""
        return partial(_answered, name, _PROCEDURES[name], self)

    def get_provider_schema(self, _request: Any) -> Any:
        return schema_response()

    def validate_provider_config(self, request: Any) -> Any:
        return _checked("ValidateProviderConfig", self._book.provider, request)

    def validate_resource_config(self, request: Any) -> Any:
        return _checked("ValidateResourceConfig", self._resource(request), request)

    def validate_data_resource_config(self, request: Any) -> Any:
        return _checked("ValidateDataResourceConfig", self._data_source(request), request)

    def upgrade_resource_state(self, request: Any) -> Any:
        """State of another version of the schema: what it lacks is empty, what is no more goes."""
        raw, block = json.loads(request.raw_state.json), self._resource(request).block
        empty: dict[str, Value] = dict.fromkeys(block.attributes)
        empty |= {name: None if nested.mode == "single" else [] for name, nested in block.nested.items()}
        known = {name: raw.get(name, value) for name, value in empty.items()}
        return protocol.message("UpgradeResourceStateResponse", upgraded_state=encode(known))

    def configure_provider(self, request: Any) -> Any:
        self._settings = read_settings(decode(request.config) or {}, self._folder)
        return protocol.message("ConfigureProviderResponse")

    def read_resource(self, request: Any) -> Any:
        state = self._cloud.read(self._resource(request), decode(request.current_state))
        return protocol.message("ReadResourceResponse", new_state=encode(state), private=request.private)

    def plan_resource_change(self, request: Any) -> Any:
        proposed, prior = decode(request.proposed_new_state), decode(request.prior_state)
        if proposed is None:
            return protocol.message("PlanResourceChangeResponse", planned_state=request.proposed_new_state)
        planned = plan(self._resource(request), prior, proposed, self._settings)
        return protocol.message(
            "PlanResourceChangeResponse",
            planned_state=encode(planned.planned),
            requires_replace=[attribute_path(path) for path in planned.replaces],
            legacy_type_system=True,
        )

    def apply_resource_change(self, request: Any) -> Any:
        """A refused change leaves the state as it was."""
        try:
            state, faults = self._applied(request), []
        except Refused as refusal:
            state, faults = decode(request.prior_state), [Fault(str(refusal))]
        return protocol.message(
            "ApplyResourceChangeResponse",
            new_state=encode(state),
            diagnostics=diagnostics(faults),
            legacy_type_system=True,
        )

    def _applied(self, request: Any) -> Value:
        type_, prior, planned = self._resource(request), decode(request.prior_state), decode(request.planned_state)
        config = decode(request.config)
        if planned is None:
            self._cloud.delete(type_, prior)
            return None
        if prior is None:
            return self._cloud.create(type_, planned, config, self._settings)
        return self._cloud.update(type_, prior, planned, config, self._settings)

    def import_resource_state(self, request: Any) -> Any:
        type_, state = self._cloud.found(request.type_name, request.id)
        imported = protocol.message("ImportedResource", type_name=type_.name, state=encode(state))
        return protocol.message("ImportResourceStateResponse", imported_resources=[imported])

    def read_data_source(self, request: Any) -> Any:
        state = look(self._cloud, self._data_source(request), decode(request.config), self._settings)
        return protocol.message("ReadDataSourceResponse", state=encode(state))

    def stop_provider(self, _request: Any) -> Any:
        return protocol.message("StopProviderResponse")

    def _resource(self, request: Any) -> Type:
        return self._book.resources[request.type_name]

    def _data_source(self, request: Any) -> Type:
        return self._book.data_sources[request.type_name]


def _checked(name: str, type_: Type, request: Any) -> Any:
    faults = faults_of(type_, decode(request.config) or {})
    return protocol.message(f"{name}Response", diagnostics=diagnostics(faults))


def _answered(name: str, procedure: Callable[[Service, Any], Any], service: Service, request: Any) -> Any:
    try:
        return procedure(service, request)
    except Refused as refusal:
        return protocol.message(f"{name}Response", diagnostics=diagnostics([Fault(str(refusal))]))


_PROCEDURES: dict[str, Callable[[Service, Any], Any]] = {
    "GetProviderSchema": Service.get_provider_schema,
    "ValidateProviderConfig": Service.validate_provider_config,
    "ValidateResourceConfig": Service.validate_resource_config,
    "ValidateDataResourceConfig": Service.validate_data_resource_config,
    "UpgradeResourceState": Service.upgrade_resource_state,
    "ConfigureProvider": Service.configure_provider,
    "ReadResource": Service.read_resource,
    "PlanResourceChange": Service.plan_resource_change,
    "ApplyResourceChange": Service.apply_resource_change,
    "ImportResourceState": Service.import_resource_state,
    "ReadDataSource": Service.read_data_source,
    "StopProvider": Service.stop_provider,
}
