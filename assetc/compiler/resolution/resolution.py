"""What names were found to mean so far: edges, sources that nobody declared, and faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from msgspec import Struct, field
from msgspec.structs import replace

from assetc.compiler.asset import Asset, Edge, Source
from assetc.compiler.compilation import WrittenFile
from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic
from assetc.compiler.names.file_source import covers, file_address, file_source
from assetc.compiler.names.locate import implicit_source
from assetc.compiler.names.names import Candidates, Names, did_you_mean_key, is_written
from assetc.compiler.names.namesake import WITH_DATA
from assetc.compiler.names.why_missing import is_unread, why_missing
from assetc.compiler.place import Span
from assetc.compiler.project import Project
from assetc.compiler.reference import Certainty, EdgeKind
from assetc.definitions.key import AssetKey

SYSTEM_SCHEMAS = frozenset({"information_schema", "pg_catalog", "sys", "system", "duckdb"})
MAKES_TABLES = frozenset({"create", "replace", "drop"})
"""What a script does to a table that a model leaves to assetc."""


class Resolution(Struct):
    """The edges, sources and faults found so far. It lives for one call of `resolve`."""

    project: Project
    names: Names
    assets: Mapping[AssetKey, Asset]
    edges: dict[tuple[AssetKey, AssetKey], Edge] = field(default_factory=dict)
    sources: dict[AssetKey, Source] = field(default_factory=dict)
    written_files: Sequence[WrittenFile] = ()
    problems: list[Diagnostic] = field(default_factory=list)
    through: Span | None = None

    @contextmanager
    def coming_through(self, place: Span | None) -> Iterator[None]:
        """What is found meanwhile is written in a macro, if there is a place: it is told with that place, too."""
        told, self.through = len(self.problems), place
        yield
        self.through = None
        if place is not None:
            note = Annotation(place, "in this macro")
            self.problems[told:] = (replace(each, related=(*each.related, note)) for each in self.problems[told:])

    def infers(self, asset: Asset) -> bool:
        """Whether what the SQL of an asset names makes edges."""
        return (asset.config.inference or self.project.settings.inference) != "off"

    def connect(self, edge: Edge) -> None:
        """Keep an edge; the first one between two assets stays, but a certain one replaces a likely one."""
        edge = edge if self.through is None else replace(edge, through=self.through)
        before = self.edges.get((edge.down, edge.up))
        if before is None or (before.certainty == "likely" and edge.certainty == "certain"):
            self.edges[edge.down, edge.up] = edge

    def report(self, problem: Diagnostic) -> None:
        """Keep a fault; one that was already told of the same place, as `ref()` and as its text, is told once."""
        same = (known for known in self.problems if (known.code, known.message) == (problem.code, problem.message))
        if not any(_overlap(known.span, problem.span) for known in same):
            self.problems.append(problem)

    def is_told_missing(self, span: Span) -> bool:
        """Whether the `ref()` whose text this is was already told to name nothing."""
        return any(known.code == "E101" and _overlap(known.span, span) for known in self.problems)

    def missing(self, what: str, written: str, span: Span) -> None:
        """Report that a name which is said outright leads nowhere, and what bears it instead."""
        why = why_missing(self.names, written)
        unknown = "an asset that is not known" if why.is_uncertain else "an asset that does not exist"
        leads_to = f"no asset: {why.instead}" if why.instead else unknown
        message = f"{what} names {leads_to}"
        self.problems.append(diagnostic("E101", message, span, hint=why.hint, related=why.related))

    def outside(self, down: AssetKey, parts: tuple[str, ...], span: Span, kind: EdgeKind, operation: str = "") -> None:
        """A name that nothing bears: an implicit source, or an error where sources must be declared.

        A name without a letter is nobody's: the warehouse says what it thinks of it.
        """
        if not any(parts):
            return
        source = implicit_source(self.project, parts, span)
        if source.key in self.assets:  # its name in another case, which this dialect keeps apart
            source = replace(source, key=AssetKey((*source.key.parts[:-1], f'"{source.key.name}"')))
        known = self.sources.setdefault(source.key, source)
        if known is source:
            self._report_outside(down, source.key, span, kind, operation)
        if not self.project.settings.strict_sources:
            self.connect(Edge(down, source.key, kind, span))

    def file(self, down: Asset, written: str, span: Span, certainty: Certainty, kind: EdgeKind = "file") -> None:
        """A file that an asset reads: a source, and likely what others write there; no source if it is its own."""
        address = file_address(written, self.project.root)
        makers = [self.assets[key] for key, path in self.written_files if covers(address, path) and key in self.assets]
        if not address or any(maker.key == down.key or are_of_one_body(maker, down) for maker in makers):
            return
        source = file_source(self.project, address, span if span.path == down.path else down.span)
        self.sources.setdefault(source.key, source)
        self.connect(Edge(down.key, source.key, kind, span, certainty, self.through))
        for maker in makers:
            self.connect(Edge(down.key, maker.key, kind, span, "likely", self.through))

    def _report_outside(self, down: AssetKey, key: AssetKey, span: Span, kind: EdgeKind, operation: str) -> None:
        if not self.project.rules.plain_names_are_ours or is_unread(self.names, span.path):
            return
        code = "E101" if self.project.settings.strict_sources else "W202"
        name = ".".join(key.parts)
        declare = f"If it is a table from outside, declare {key.name} under sources: in a .yml file"
        near = did_you_mean_key(self.names, str(key), down) if kind == "explicit" else None
        why = why_missing(self.names, name, kinds=WITH_DATA, but=down.name, near=near)
        message = f"no asset is called {name}: {why.instead}" if why.instead else f"nothing is called {name}"
        hint = why.hint or declare
        if operation in MAKES_TABLES:
            hint = "A model is a query of which assetc makes the table: leave create and drop out"
        self.problems.append(diagnostic(code, message, span, hint=hint, related=why.related))

    def ambiguous(
        self, written: str, found: Candidates, span: Span, hint: str = "Write the schema before the name"
    ) -> None:
        """Report a name that several assets bear."""
        related = [Annotation(self.assets[key].span, str(key)) for key in found if key in self.assets]
        message = f"{written} can mean {' or '.join(str(key) for key in found)}"
        self.report(diagnostic("E106", message, span, hint=hint, related=related))


def _overlap(one: Span | None, other: Span | None) -> bool:
    if one is None or other is None or one.path != other.path:
        return False
    return one.start < other.end and other.start < one.end


def are_of_one_body(one: Asset | None, other: Asset) -> bool:
    """Whether two assets are made by one execution: what its body reads of its own making is no dependency."""
    return one is not None and bool(other.step_name) and (one.path, one.step_name) == (other.path, other.step_name)


def is_of_the_system(parts: tuple[str, ...]) -> bool:
    """Whether a name is one of the warehouse's own catalogue."""
    return len(parts) > 1 and any(part.casefold() in SYSTEM_SCHEMAS for part in parts[:-1])


def self_reference(key: AssetKey, span: Span) -> Diagnostic:
    """The fault of an asset that reads itself."""
    hint = "Only an incremental model can read what it has built before"
    return diagnostic("E104", f'"{key}" depends on itself', span, hint=hint)


def writes_of_another(up: AssetKey, defined: Span, span: Span) -> Diagnostic:
    """The warning about a body or script that changes a table of another asset."""
    message = f"this writes the table of {up}"
    hint = f"Let {up} write its own table, or make this an asset of its own"
    return diagnostic("W204", message, span, hint=hint, related=(Annotation(defined, f"{up} is defined here"),))


def not_readable(upstream: Asset, span: Span) -> Diagnostic:
    """SQL at `span` reads an asset whose value is a stored object."""
    message = f"{upstream.key} is stored as a Python value and cannot be read from SQL"
    hint = "Annotate what it returns with a table type (-> pd.DataFrame), or read it from a Python asset"
    related = (Annotation(upstream.span, "defined here"),)
    return diagnostic("E114", message, span, hint=hint, related=related)


def note_not_readable(resolution: Resolution, up: AssetKey, parts: tuple[str, ...], span: Span) -> None:
    """Report that SQL names an asset which is kept as an object, unless its body creates a table of that name."""
    upstream = resolution.assets.get(up)
    if upstream is not None and upstream.is_value and not is_written(resolution.names, parts, up):
        resolution.problems.append(not_readable(upstream, span))
