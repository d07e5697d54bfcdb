"""The IO manager of a project: tables live in the warehouse, everything else as an object in the store."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import get_args

from msgspec.structs import replace

from assetc.adapters.protocol import Refused, WarehouseError
from assetc.compiler.asset import Asset
from assetc.compiler.materialization.build import Query, TableValue
from assetc.compiler.plan import Output
from assetc.compiler.planning.staleness import ValueKind
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.form import Form
from assetc.definitions.io_manager import InputContext, IOManager, OutputContext
from assetc.definitions.key import AssetKey
from assetc.definitions.nearest import and_nearest
from assetc.runtime.execution.work import Attempt, Built, StepFailed
from assetc.runtime.python.body_value import changed_kind, is_open_kind, kind_of, to_body_value
from assetc.runtime.python.load_upstream import Upstream, load_upstream
from assetc.runtime.python.warehouse_access import WarehouseAccess
from assetc.runtime.steps.tables import Tables
from assetc.runtime.steps.warehouse_fault import failed_statement
from assetc.runtime.values.pickled import forget_object, save_object


class ProjectIOManager(IOManager):
    """Stores what one step makes and loads what it reads, in one attempt. `upstream` says where the latter is."""

    def __init__(
        self,
        tables: Tables,
        attempt: Attempt,
        access: WarehouseAccess,
        outputs: Mapping[AssetKey, Output],
        upstream: Mapping[AssetKey, Upstream],
    ) -> None:
        self._tables = tables
        self._attempt = attempt
        self.access = access
        self._outputs = outputs
        self.upstream = upstream

    def load_input(self, context: InputContext) -> object:
        """The value of an upstream: an object, or a table in the form of the parameter's annotation."""
        return load_upstream(
            context, self.upstream[context.asset_key], self.access, self.access.root, self._default_form()
        )

    def handle_output(self, context: OutputContext, obj: object) -> Built:
        """Make a value the asset's table, or store it as an object."""
        output = self._outputs[context.asset_key]
        value = to_body_value(obj, context.annotation, self.access.resolve_sql)
        if is_open_kind(context.annotation) and not output.full_refresh:
            self._refuse_changed_kind(output, kind_of(value))
        if isinstance(value, TableValue | Query):
            with self._failing(output.asset):
                built = self._tables.build(output, value, self._attempt)
            forget_object(self.access.root, output.asset.key)
            return built
        return self.keep_nothing(output) if value.value is None else self._object(output, value.value)

    def keep_nothing(self, output: Output) -> Built:
        """The body made what it makes by itself; the hooks are executed all the same."""
        with self._failing(output.asset):
            self._tables.run_hooks(output, self._attempt)
        return Built("none", output.asset.relation)

    def _object(self, output: Output, value: object) -> Built:
        """Store an object. Where a full refresh makes one of what was a table, SQL finds nothing there any more."""
        asset, root = output.asset, self.access.root
        if asset.relation is not None and output.full_refresh:
            self._tables.drop(asset.relation, self._attempt)
        self.keep_nothing(output)
        path = str(save_object(root, asset.key, value).relative_to(root))
        return Built("object", path=path, metadata=(("path", path),))

    def _refuse_changed_kind(self, output: Output, found: ValueKind) -> None:
        """An asset that nothing annotates stays the kind that it was first: its readers rely on it."""
        asset = output.asset
        made = self._attempt.made((asset.key,)).get(asset.key)
        is_table = asset.relation is not None and self._tables.kind(asset.relation, self._attempt) is not None
        recorded: ValueKind = "table" if is_table else "none"
        if made is not None and made.kind == "object":
            recorded = "object"
        fault = changed_kind(asset.key, recorded, found, asset.span)
        if fault is not None:
            raise StepFailed(fault, may_retry=False)

    def _default_form(self) -> Form:
        """The form of a table for a parameter without annotation: the asset's own setting, else the project's."""
        asset = next(iter(self._outputs.values())).asset
        settings = self._tables.compiler.workspace.project.settings
        name = asset.config.extra.get("default_load_type", settings.default_load_type)
        form = next((form for form in get_args(Form) if form == name), None)
        if form is None:
            near = and_nearest(str(name), get_args(Form))
            raise InvalidDefinitionError(f"default_load_type {name!r} is no form of a table.{near}", code="E186")
        known: Form = form
        return known

    @contextmanager
    def _failing(self, asset: Asset) -> Iterator[None]:
        """What the warehouse, or the value itself, refuses in here is the failure of this asset."""
        try:
            yield
        except Refused as error:
            problem = error.diagnostic
            raise StepFailed(problem if problem.span else replace(problem, span=asset.span)) from error
        except WarehouseError as error:
            read_text = self._tables.compiler.workspace.files.text
            raise StepFailed(failed_statement(error, asset, (), read_text), transient=error.transient) from error
