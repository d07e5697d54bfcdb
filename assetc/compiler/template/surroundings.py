"""Everything that a template can see besides its own text, as one frozen value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from assetc.compiler.config import nothing
from assetc.compiler.sql.judge import Judge
from assetc.compiler.template.first_names import FirstNames
from assetc.compiler.template.macros import INTERNAL_PACKAGE, Macro, MacroLibrary
from assetc.compiler.template.members.relation import quote_with_double_quotes


class Template(Struct, frozen=True):
    """A text to render: `text[start:end]` of the file `path`, so that places are those of the file."""

    path: str
    text: str
    start: int = 0
    end: int | None = None

    @property
    def body(self) -> str:
        """The part of the file that is rendered."""
        return self.text if self.start == 0 and self.end is None else self.text[self.start : self.end]


class Names(Protocol):
    """What names mean, decided by the caller: a relation value (or any text) for each."""

    @property
    def this(self) -> object:
        """The relation of the template's own asset."""

    def ref(self, package: str | None, name: str, version: str | None) -> object:
        """What `ref()` renders to; never raises, an unknown name is the caller's to report."""

    def source(self, source: str, table: str) -> object:
        """What `source()` renders to."""


class Flags(Struct, frozen=True):
    """The moment of rendering, and what the command line asked for. `others` are dbt's flags by upper-case name."""

    execute: bool = False
    is_incremental: bool = False
    full_refresh: bool = False
    which: str = "compile"
    others: Mapping[str, object] = field(default_factory=nothing)


class WarehouseKind(Struct, frozen=True):
    """What is known of the adapter without a connection.

    `prefixes` are those that `adapter.dispatch` tries before `default`: the adapter, then its parents. `judge` is its
    own parser.
    """

    type: str = "duckdb"
    prefixes: tuple[str, ...] = ("duckdb",)
    quote: Callable[[str], str] = quote_with_double_quotes
    judge: Judge | None = None


NO_MACROS = MacroLibrary.of(())


class Surroundings(Struct, frozen=True):
    """What a template is rendered in.

    `variables` may hold a mapping under a package's name, which counts in that package; `given_variables` (of the
    command line) come first. `config` is the merged configuration of the asset, for `config.get`. `members` are
    further names, or others in place of the built-in ones. `node` is what the template belongs to (`model`), `graph`
    all nodes, None while these are not known. `arguments` are those of the command, `selected` the identities of what
    it is about, None before it is known. `trace_key` keys the hashes of what was read.
    """

    project_name: str
    now: datetime
    invocation_id: str = ""
    package: str = ""
    variables: Mapping[str, object] = field(default_factory=nothing)
    given_variables: Mapping[str, object] = field(default_factory=nothing)
    environment: Mapping[str, str] = field(default_factory=dict)
    target: Mapping[str, object] = field(default_factory=nothing)
    flags: Flags = Flags()
    names: Names = FirstNames()
    library: MacroLibrary = NO_MACROS
    warehouse: WarehouseKind = WarehouseKind()
    dispatch: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    config: Mapping[str, object] = field(default_factory=nothing)
    members: Mapping[str, object] = field(default_factory=nothing)
    arguments: Mapping[str, object] = field(default_factory=nothing)
    selected: tuple[str, ...] | None = None
    node: Mapping[str, object] = field(default_factory=nothing)
    graph: Mapping[str, object] | None = None
    unknown_names: str = "error"
    trace_key: bytes = b""

    @property
    def packages(self) -> frozenset[str]:
        """The names under which templates find the macros of one package."""
        return self.library.packages | {self.project_name}

    @property
    def own_package(self) -> str:
        """The package that the template belongs to."""
        return self.package or self.project_name

    def search_order(self, package: str = "") -> tuple[str, ...]:
        """The packages in which a bare name is looked up, also by a template of another package."""
        return tuple(dict.fromkeys((package or self.own_package, self.project_name, INTERNAL_PACKAGE)))

    def macro_for(self, name: str) -> Macro | None:
        """The macro that does what dbt leaves to a macro of this name: one of that name, or one dispatched to.

        A package before the name comes before all others.
        """
        package, _, name = name.rpartition(".")
        own = self.library.find(name, self.search_order(package))
        if own is not None or name not in self.library.called:
            return own
        packages = self.dispatch.get(INTERNAL_PACKAGE, (self.project_name,))
        names = (f"{prefix}__{name}" for prefix in (*self.warehouse.prefixes, "default"))
        return next(filter(None, (self.library.find(each, packages) for each in names)), None)


def at_moment(surroundings: Surroundings, *, execute: bool, incremental: bool) -> Surroundings:
    """What a template sees at one of the moments in which it is rendered."""
    flags = surroundings.flags
    if flags.execute == execute and flags.is_incremental == incremental:
        return surroundings
    return replace(surroundings, flags=replace(flags, execute=execute, is_incremental=incremental))
