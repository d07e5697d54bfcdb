"""The form in which a body receives or returns a table, read from an annotation without importing any library."""

from __future__ import annotations

import types
from typing import Annotated, Literal, Union, get_args, get_origin, is_typeddict

from assetc.definitions.relation import Relation
from assetc.definitions.unimported import Unimported

Form = Literal["pandas", "polars", "polars_lazy", "pyarrow", "record_batches", "duckdb", "dicts", "relation", "spark"]

FORM_OF_CLASS: dict[tuple[str, str], Form] = {
    ("pandas", "DataFrame"): "pandas",
    ("pd", "DataFrame"): "pandas",
    ("polars", "DataFrame"): "polars",
    ("pl", "DataFrame"): "polars",
    ("polars", "LazyFrame"): "polars_lazy",
    ("pl", "LazyFrame"): "polars_lazy",
    ("pyarrow", "Table"): "pyarrow",
    ("pa", "Table"): "pyarrow",
    ("pyarrow", "RecordBatchReader"): "record_batches",
    ("pa", "RecordBatchReader"): "record_batches",
    ("duckdb", "DuckDBPyRelation"): "duckdb",
    ("_duckdb", "DuckDBPyRelation"): "duckdb",
    ("pyspark", "DataFrame"): "spark",
    ("", "DataFrame"): "pandas",
    ("", "LazyFrame"): "polars_lazy",
    ("", "RecordBatchReader"): "record_batches",
    ("", "DuckDBPyRelation"): "duckdb",
}


def form_of(annotation: object) -> Form | None:
    """The form of table that an annotation, a class or text, asks for; None if it asks for no table."""
    bare = without_wrappers(annotation)
    if isinstance(bare, str):
        return _form_of_text(bare)
    if isinstance(bare, Unimported):
        return form_of_name(bare.dotted)
    if get_origin(bare) is list and len(get_args(bare)) == 1 and _is_row_type(get_args(bare)[0]):
        return "dicts"
    bare = get_origin(bare) or bare
    if not isinstance(bare, type):
        return None
    return "relation" if bare is Relation else form_of_class(bare)


def form_of_name(name: str) -> Form | None:
    """The form of table that a class of this dotted name is, if it is one of a library that is known."""
    module, _, last = name.rpartition(".")
    if last == "Relation" and module in ("", "assetc"):
        return "relation"
    return FORM_OF_CLASS.get((module.partition(".")[0], last))


def form_of_class(cls: type) -> Form | None:
    """The form of table that the instances of a class are."""
    for base in cls.__mro__:
        form = FORM_OF_CLASS.get((base.__module__.partition(".")[0], base.__name__))
        if form:
            return form
    return None


def form_of_value(value: object) -> Form | None:
    """The form of table that a value is; a non-empty list of dictionaries is one too."""
    if isinstance(value, list):
        return "dicts" if value and all(_is_row(item) for item in value) else None
    return form_of_class(type(value))


def without_wrappers(annotation: object) -> object:
    """The annotation without `Annotated[...]` and `... | None`."""
    aliased = getattr(annotation, "__value__", None) or getattr(annotation, "__supertype__", None)
    if aliased is not None:  # `type Rows = list[dict]`, NewType("Frame", DataFrame)
        return without_wrappers(aliased)
    origin = get_origin(annotation)
    if origin is Annotated:
        return without_wrappers(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        rest = [item for item in get_args(annotation) if item is not type(None)]
        return without_wrappers(rest[0]) if len(rest) == 1 else annotation
    return annotation


def _is_row_type(item: object) -> bool:
    return (get_origin(item) or item) is dict or is_typeddict(item)


def _is_row(item: object) -> bool:
    return isinstance(item, dict) and all(isinstance(name, str) for name in item)


def _form_of_text(text: str) -> Form | None:
    bare = text.replace(" ", "").removesuffix("|None").strip("'\"")
    if bare.startswith(("list[dict", "List[Dict", "List[dict")):
        return "dicts"
    return form_of_name(bare)
