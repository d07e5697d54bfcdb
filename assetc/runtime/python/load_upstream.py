"""The value of an upstream asset for a parameter, in the form that its annotation asks for."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from msgspec import Struct

from assetc.adapters.protocol import FrameForm, Statement
from assetc.adapters.tables import frames_of
from assetc.definitions.asset_in import From
from assetc.definitions.errors import InvariantError
from assetc.definitions.form import Form, form_of, without_wrappers
from assetc.definitions.io_manager import InputContext
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation
from assetc.definitions.signature import Missing
from assetc.runtime.python.connection import BoundRelation
from assetc.runtime.python.warehouse_access import WarehouseAccess
from assetc.runtime.values.pickled import load_object

EXTRAS = frozenset({"pandas", "polars", "pyarrow"})


class Upstream(Struct, frozen=True):
    """Where a value is: in a relation, else in the store of objects; `query` stands for an ephemeral model."""

    key: AssetKey
    relation: Relation | None
    query: str | None = None


def load_upstream(
    context: InputContext, upstream: Upstream, access: WarehouseAccess, root: Path, default: Form
) -> object:
    """The value, in the form of the annotation. Raises ValueNotFoundError, InvariantError for no such form."""
    form, relation = form_of(context.annotation), upstream.relation
    if relation is None and upstream.query is None:
        if form == "relation":
            message = f"{upstream.key} is stored as an object, not as a table: it has no relation"
            raise InvariantError(message, code="E114")
        return load_object(root, upstream.key)
    if form is None:
        form = _form_without_annotation(context, default)
    if form == "relation":
        if relation is None:
            raise InvariantError(f"{upstream.key} is ephemeral: it has no relation", code="E114")
        return BoundRelation(relation.database, relation.schema, relation.name, access)
    return _read_table(_query(context, upstream, access), form, access)


def _form_without_annotation(context: InputContext, default: Form) -> Form:
    annotation = without_wrappers(context.annotation)
    if annotation in (Missing, Any, object) or isinstance(annotation, From):
        return default
    name = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    message = (
        f"the table {context.asset_key} cannot be loaded as {name} (parameter {context.name!r}); a table becomes "
        "pandas.DataFrame, polars.DataFrame, polars.LazyFrame, pyarrow.Table, list[dict] or Relation"
    )
    raise InvariantError(message, code="E186")


def _query(context: InputContext, upstream: Upstream, access: WarehouseAccess) -> str:
    wanted = context.definition_metadata.get("columns")
    columns = ", ".join(access.adapter.quote(str(each)) for each in wanted) if isinstance(wanted, list | tuple) else ""
    rows = access.adapter.name_of(upstream.relation) if upstream.relation else f"({upstream.query}) as inlined"
    return f"select {columns or '*'} from {rows}"


def _read_table(sql: str, form: Form, access: WarehouseAccess) -> object:
    if form == "polars_lazy":
        return _read(sql, "polars", access).lazy()
    if form == "record_batches":
        return _read(sql, "pyarrow", access).to_reader()
    if form == "spark" or form == "relation":  # noqa: PLR1714  a type checker understands only this form
        raise InvariantError(f"this warehouse does not give tables as {form}", code="E186")
    return _read(sql, form, access)


def _read(sql: str, form: FrameForm, access: WarehouseAccess) -> Any:
    if not _is_installed(form):
        raise InvariantError(f"loading a table as {form} needs {form}: pip install 'assetc[{form}]'", code="E187")
    return frames_of(access.session.read(Statement(sql))).frame(form)


def _is_installed(form: FrameForm) -> bool:
    """Whether the package of a form is there: DuckDB would name what that needs itself, or say it in other words."""
    try:
        return form not in EXTRAS or find_spec(form) is not None
    except (ModuleNotFoundError, ValueError):
        return False
