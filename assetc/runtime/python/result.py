"""What `materialize()` tells about its run, in the words of Dagster's Python API."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from assetc.definitions.errors import InvariantError
from assetc.definitions.key import AssetKey, KeyLike, key_of
from assetc.definitions.output import DEFAULT_OUTPUT, AssetMaterialization


class StepEvent(Struct, frozen=True):
    """One thing that happened; `event_type_value` is Dagster's word for it."""

    event_type_value: str
    step_key: str | None = None
    asset_key: AssetKey | None = None
    message: str = ""
    materialization: AssetMaterialization | None = None
    error: BaseException | None = None

    @property
    def node_name(self) -> str | None:
        """The step's name."""
        return self.step_key

    @property
    def event_specific_data(self) -> StepEvent:
        """The event itself, which carries its own data."""
        return self


class ExecuteInProcessResult(Struct, frozen=True):
    """A finished run: whether it succeeded, what each asset returned, and every event in order."""

    success: bool
    run_id: str
    all_events: tuple[StepEvent, ...]
    values: Mapping[tuple[str, str], object]
    node_of_key: Mapping[AssetKey, tuple[str, str]]

    @property
    def all_node_events(self) -> tuple[StepEvent, ...]:
        """The events of steps, without those of the run."""
        return tuple(event for event in self.all_events if event.step_key)

    def output_for_node(self, node: str, output_name: str = DEFAULT_OUTPUT) -> object:
        """What a step returned. Raises InvariantError when it returned nothing in this run."""
        try:
            return self.values[node, output_name]
        except KeyError:
            message = f"{node} has no output {output_name!r} in this run"
            raise InvariantError(message, code="E184") from None

    def asset_value(self, asset_key: KeyLike) -> object:
        """What the body of an asset returned for it. Raises InvariantError when it returned nothing in this run."""
        return self.output_for_node(*self.node_of_key.get(key_of(asset_key), (str(asset_key), DEFAULT_OUTPUT)))

    def events_for_node(self, node: str) -> tuple[StepEvent, ...]:
        """The events of one step."""
        return tuple(event for event in self.all_events if event.step_key == node)

    def is_node_success(self, node: str) -> bool:
        """Whether a step ran and succeeded."""
        return any(event.event_type_value == "STEP_SUCCESS" for event in self.events_for_node(node))

    def is_node_failed(self, node: str) -> bool:
        """Whether a step ran and failed."""
        return any(event.event_type_value == "STEP_FAILURE" for event in self.events_for_node(node))

    def is_node_skipped(self, node: str) -> bool:
        """Whether a step did not run because an upstream made nothing."""
        return any(event.event_type_value == "STEP_SKIPPED" for event in self.events_for_node(node))

    def get_asset_materialization_events(self) -> list[StepEvent]:
        """The events that record a materialization, in order."""
        return [event for event in self.all_events if event.event_type_value == "ASSET_MATERIALIZATION"]

    def asset_materializations_for_node(self, node: str) -> list[AssetMaterialization]:
        """What one step materialized."""
        return [event.materialization for event in self.events_for_node(node) if event.materialization]
