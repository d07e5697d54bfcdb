"""What is known about each file, and remembered from one compilation to the next.

Facts are small values without trees. `SqlFacts` and `PythonFacts` are what every pass needs; `CompiledText` is the
heavy part, loaded only for the assets whose SQL is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from msgspec import Struct

from assetc.compiler.columns.shape import Shape
from assetc.compiler.config_text import ConfigText
from assetc.compiler.diagnostic import Diagnostic, Faults
from assetc.compiler.place import Span, TextId
from assetc.compiler.project import Entry
from assetc.compiler.python.reading import PythonReading
from assetc.compiler.reference import EdgeKind, Reference
from assetc.compiler.sql.reading import SqlReading
from assetc.compiler.template.rendered import Read, Rendered, TemplateReference

UNREADABLE = "?"
"""The content of a file that cannot be read: it is tried again each time."""


class PlacedReference(Struct, frozen=True):
    """A reference and its place in the user's file, and that in the macro which wrote it, if one did.

    `only_incremental`: only where `is_incremental()` is true.
    """

    reference: Reference
    span: Span
    kind: EdgeKind = "sql"
    only_incremental: bool = False
    through: Span | None = None


class Discovered(Struct, frozen=True):
    """What a template says by itself. `commented` are the places of references in comments (`-- depends_on: ...`).

    `configured_by_names`: its configuration may come from relations, whose places nobody knows yet.
    """

    config: tuple[Entry, ...]
    references: tuple[TemplateReference, ...]
    reads: tuple[Read, ...]
    problems: tuple[Diagnostic, ...]
    uses_incremental: bool
    commented: tuple[Span, ...] = ()
    configured_by_names: bool = False


class Understood(Struct, frozen=True):
    """What the rendered SQL of a template reads, writes and gives, in the dialect in which it was read.

    `needs_graph`: the template looks at who needs whom.
    """

    reads: tuple[Read, ...]
    references: tuple[PlacedReference, ...]
    problems: tuple[Diagnostic, ...]
    version: str
    shape: Shape | None
    needs_warehouse: bool = False
    dialect: str = ""
    needs_graph: bool = False


class SqlFacts(Struct, frozen=True):
    """What is known about a text of SQL: a model, a check, a hook. `header` are its first `-- key: value` lines."""

    text: TextId
    content: str
    discovered: Discovered
    header: tuple[tuple[str, str], ...] = ()
    understood: Understood | None = None
    columns: Columns | None = None


class ConfigTextFacts(Struct, frozen=True):
    """What is known about a text in the configuration of an asset: a hook, a predicate."""

    text: ConfigText
    facts: SqlFacts

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What is wrong with it as a template."""
        understood = self.facts.understood
        return (*self.facts.discovered.problems, *(understood.problems if understood else ()))


class Columns(Struct, frozen=True):
    """The output columns of a model (None: not known), and what they were derived from."""

    derived_from: str
    names: tuple[str, ...] | None


class PythonFacts(Struct, frozen=True):
    """What is known about a Python file with SQL in `dialect`, and the hashes of the project files it leads to.

    `judge` is the version of the judge that was asked about its SQL; None: none was.
    """

    path: str
    content: str
    reading: PythonReading
    files: tuple[tuple[str, str], ...] = ()
    dialect: str = ""
    judge: str | None = None


class MacroFacts(Struct, frozen=True):
    """What is known about a file of macros: the hash of its content, and the macros in it that are no Jinja."""

    path: str
    content: str
    problems: tuple[Diagnostic, ...] = ()


class SeedFacts(Struct, frozen=True):
    """What is known about a CSV file: the hash of its content and its first line, which names the columns."""

    path: str
    content: str
    header: str = ""


class Variant(Struct, frozen=True):
    """The SQL of a model for one value of `is_incremental()`."""

    incremental: bool
    rendered: Rendered
    reading: SqlReading


class CompiledText(Struct, frozen=True):
    """The rendered SQL of one text, in the variants that differ."""

    text: TextId
    variants: tuple[Variant, ...]


Facts: TypeAlias = SqlFacts | PythonFacts | SeedFacts | MacroFacts


class FileFacts(Struct, frozen=True):
    """The facts about the files that were to be read, and how often one had to be read anew."""

    sql: Mapping[TextId, SqlFacts] = {}
    python: Mapping[str, PythonFacts] = {}
    seeds: Mapping[str, SeedFacts] = {}
    faults: Faults = {}
    read: int = 0


OUTSIDE = frozenset(
    {"var", "env", "target", "flag", "clock", "invocation", "arguments", "metadata_envs", "warehouse", "judge"}
)


def outside_reads(files: Iterable[SqlFacts], others: Iterable[Read] = ()) -> tuple[Read, ...]:
    """What the templates of files, and others, looked at that is not in the project's files, each once."""
    seen = dict.fromkeys(read for read in others if read.kind in OUTSIDE)
    for facts in files:
        found = facts.understood.reads if facts.understood else ()
        seen.update((read, None) for read in (*facts.discovered.reads, *found) if read.kind in OUTSIDE)
    return tuple(seen)
