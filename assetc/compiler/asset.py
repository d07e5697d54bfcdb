"""What the passes build: assets, sources, checks and the edges between them, and how each is identified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from msgspec import Struct

from assetc.compiler.config import AssetConfig
from assetc.compiler.place import Span, TextId
from assetc.compiler.reference import Certainty, EdgeKind
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

NodeKind = Literal["model", "seed", "snapshot", "source", "test"]
"""What a node is, in dbt's words; a Python asset is a model, a check is a test. dbt has more kinds than assetc."""


class NodeId(Struct, frozen=True, order=True):
    """A name that no other node of this kind has in this package. The text is dbt's `unique_id`."""

    kind: NodeKind
    package: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.package}.{self.name}"


AssetKind = Literal["model", "python", "seed", "snapshot"]
Fingerprint: TypeAlias = str


class DeclaredColumn(Struct, frozen=True):
    """A column that a property file describes."""

    name: str
    description: str = ""
    type: str | None = None
    tags: tuple[str, ...] = ()
    meta: tuple[tuple[str, object], ...] = ()


class Asset(Struct, frozen=True):
    """One asset that this project builds. `text` is what defines it: a file, or a part of one.

    `relation` is where it lives in the target; None for an ephemeral model and for a Python asset whose value is
    known not to be a table. `code_version` changes when what it would execute changes.
    """

    key: AssetKey
    kind: AssetKind
    text: TextId
    span: Span
    config: AssetConfig
    relation: Relation | None
    code_version: Fingerprint
    package: str = ""
    fqn: tuple[str, ...] = ()
    group: str = "default"
    description: str = ""
    columns: tuple[DeclaredColumn, ...] = ()
    patch_path: str | None = None
    step_name: str = ""

    @property
    def id(self) -> NodeId:
        """Its identity among all nodes: dbt's, and below a prefix of its own the key within its package."""
        name = "/".join((*self.config.key_prefix, self.key.name))
        return NodeId("model" if self.kind == "python" else self.kind, self.package, name)

    @property
    def is_value(self) -> bool:
        """Whether what it returns is known to be no table, and is kept as an object."""
        return self.kind == "python" and self.relation is None

    @property
    def path(self) -> str:
        """The file that defines the asset."""
        return self.text.path


class Source(Struct, frozen=True):
    """A relation, or a file, that assetc reads and does not build. `implicit`: no property file declares it.

    `file` is the path, relative to the project where it lies there, or URL of a file, a folder or a pattern of files,
    which has no relation.
    """

    key: AssetKey
    relation: Relation | None
    implicit: bool = False
    span: Span | None = None
    source_name: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    meta: tuple[tuple[str, object], ...] = ()
    columns: tuple[DeclaredColumn, ...] = ()
    package: str = ""
    file: str = ""

    @property
    def id(self) -> NodeId:
        """Its identity among all nodes: dbt's, and the key of one that no property file declares."""
        named = f"{self.source_name}.{self.key.name}" if self.source_name else str(self.key)
        return NodeId("source", self.package, named)


class CheckConfig(Struct, frozen=True):
    """How a failed check counts; the keys are dbt's."""

    severity: Literal["error", "warn"] = "error"
    where: str | None = None
    limit: int | None = None
    fail_calc: str = "count(*)"
    warn_if: str = "!= 0"
    error_if: str = "!= 0"
    tags: tuple[str, ...] = ()
    enabled: bool = True


class Check(Struct, frozen=True):
    """A data test: SQL that returns the rows that are wrong.

    `kind` is the generic test's name (`unique`, `not_null` ...) or "singular"; `assets` are those whose data it
    reads, the one it belongs to first. `path` is the file of a singular one. Several checks may have one `name`.
    `places` are those of its arguments and of the SQL that configures it, by their keys.
    """

    id: NodeId
    name: str
    kind: str
    assets: tuple[AssetKey, ...]
    config: CheckConfig
    span: Span
    column: str | None = None
    arguments: tuple[tuple[str, object], ...] = ()
    fqn: tuple[str, ...] = ()
    path: str | None = None
    places: tuple[tuple[str, Span], ...] = ()

    @property
    def package(self) -> str:
        """The package that asks for it."""
        return self.id.package


class Edge(Struct, frozen=True):
    """`down` needs `up`, because of what stands at `span`: what is called there may say so in a macro, at `through`."""

    down: AssetKey
    up: AssetKey
    kind: EdgeKind
    span: Span
    certainty: Certainty = "certain"
    through: Span | None = None


class Graph(Struct, frozen=True):
    """Everything that is connected: the input of selection and planning. Built once, never changed."""

    assets: dict[AssetKey, Asset]
    sources: dict[AssetKey, Source]
    checks: dict[NodeId, Check]
    edges: Sequence[Edge]
    upstream: dict[AssetKey, tuple[AssetKey, ...]]
    downstream: dict[AssetKey, tuple[AssetKey, ...]]
