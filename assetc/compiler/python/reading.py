"""The result of reading a Python model file: plain values, cheap to cache."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.place import Span
from assetc.compiler.project import Entry
from assetc.compiler.reference import EdgeKind, Reference

ParameterRole = Literal["context", "config", "resource", "connection", "upstream"]

ReturnKind = Literal["table", "object", "none", "any"]
"""What a function returns, as its annotation says: a table, another value, nothing; or that is left open."""

OWNING_OPERATIONS = frozenset({"create", "replace"})
"""Writes that make an asset the owner of the relation; other writes change one that exists."""


class Parameter(Struct, frozen=True):
    """A parameter of an asset's function; the roles are those of `assetc.definitions.signature`.

    `role` says what it is for if no asset or source has its name: only then is a "connection" (a usual name of one),
    a "resource" (the annotation of one), or a parameter with a default, not a dependency. "context" and "config" are
    never an upstream.
    """

    name: str
    annotation: str
    has_default: bool
    role: ParameterRole
    span: Span

    @property
    def can_be_upstream(self) -> bool:
        """Whether an asset or a source of its name is its upstream."""
        return self.role not in ("context", "config")

    @property
    def must_be_upstream(self) -> bool:
        """Whether it is an error if no asset and no source has its name."""
        return self.role == "upstream" and not self.has_default


class DeclaredInput(Struct, frozen=True):
    """A parameter whose upstream is given by `ins=` or its annotation. `key` is as written, segments joined by "/"."""

    parameter: str
    key: str
    span: Span


class DeclaredDependency(Struct, frozen=True):
    """An entry of `deps=`: a key as written, segments joined by "/".

    `is_text`: it is a plain text, which names something of the project; `AssetKey(...)` may be made elsewhere.
    """

    key: str
    span: Span
    is_text: bool = False


class PythonReference(Struct, frozen=True):
    """A name that a body reads or writes.

    With `kind` "ref" or "source" the parts of the reference are the arguments of that call; `span` is the place of
    the name, in the Python file itself, in a module that it imports or in a `.sql` file that it reads.
    """

    kind: EdgeKind
    reference: Reference
    span: Span


class PythonAsset(Struct, frozen=True):
    """One `@asset`, one `@multi_asset` (its keys are in `outs`) or one dbt `def model(dbt, session)`.

    `writes` are the relations that the body creates or changes (see `owns`); `local_frames` those names
    among `references` that are variables of the body, which some engines scan as tables; `sql` is the text of
    `@asset(sql=...)`; `spec_deps` are those of the `declared_deps` that only one key of `specs` has. A dbt model
    has no `parameters`: they are never an upstream. `unresolved`: a part of the asset could not be read; a problem
    of the reading says which. `source_hash` changes with the function's source, with that of the project's own
    names that it uses, and with the files that it reads.
    """

    name: str
    function: str
    span: Span
    source_hash: str
    key_prefix: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    inputs: tuple[DeclaredInput, ...] = ()
    references: tuple[PythonReference, ...] = ()
    writes: tuple[PythonReference, ...] = ()
    declared_deps: tuple[DeclaredDependency, ...] = ()
    ignore_deps: tuple[str, ...] = ()
    local_frames: tuple[str, ...] = ()
    config: tuple[Entry, ...] = ()
    outs: tuple[str, ...] = ()
    returns: ReturnKind = "any"
    description: str = ""
    sql: str | None = None
    unresolved: bool = False
    is_dbt_model: bool = False
    spec_deps: tuple[tuple[str, tuple[DeclaredDependency, ...]], ...] = ()

    @property
    def is_stored_as_object(self) -> bool:
        """Whether it is known that its value is not a table."""
        return self.returns == "object" and not self.is_dbt_model and self.sql is None


class PythonReading(Struct, frozen=True):
    """Everything that is known about one file.

    `needs_import`: only importing the file gives the rest (which assets there are, or a part of one). `files` are the
    project files that were read on the way: imported modules and `.sql` files; `missing` those that were looked
    for and do not exist: the reading changes when one is added. `sources` are the keys that the file declares
    as made elsewhere (SourceAsset, AssetSpec).
    """

    assets: tuple[PythonAsset, ...] = ()
    needs_import: bool = False
    files: tuple[str, ...] = ()
    problems: tuple[Diagnostic, ...] = ()
    missing: tuple[str, ...] = ()
    sources: tuple[DeclaredDependency, ...] = ()


def owns(write: PythonReference) -> bool:
    """Whether a write makes its asset the owner of the relation."""
    return write.reference.operation in OWNING_OPERATIONS
