"""From names to edges: each reference of SQL and Python is given the asset or source that it means, never a guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from assetc.compiler.asset import Asset, Edge, Source
from assetc.compiler.define import Draft
from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic, did_you_mean
from assetc.compiler.facts import PlacedReference, SqlFacts
from assetc.compiler.names import Candidates, Names, find_key, find_parameter, find_table, is_written
from assetc.compiler.not_readable import not_readable
from assetc.compiler.place import Span
from assetc.compiler.project import Project
from assetc.compiler.python.reading import PythonAsset, PythonReference, owns
from assetc.compiler.reference import Certainty, EdgeKind
from assetc.compiler.source import implicit_source
from assetc.compiler.template.rendered import TemplateReference
from assetc.definitions.key import AssetKey

SYSTEM_SCHEMAS = frozenset({"information_schema", "pg_catalog", "sys", "system", "duckdb"})
READS_ITSELF = frozenset({"incremental", "snapshot"})


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the names lead to."""

    edges: tuple[Edge, ...]
    implicit_sources: tuple[Source, ...]
    problems: tuple[Diagnostic, ...]


@dataclass(slots=True)
class _Resolver:
    """The edges, sources and faults found so far. It lives for one call of `resolve`."""

    project: Project
    names: Names
    assets: Mapping[AssetKey, Asset]
    edges: dict[tuple[AssetKey, AssetKey], Edge] = field(default_factory=dict)
    sources: dict[AssetKey, Source] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)

    def connect(self, edge: Edge) -> None:
        """Keep an edge; the first one between two assets stays, but a certain one replaces a likely one."""
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

    def outside(self, down: AssetKey, parts: tuple[str, ...], span: Span, kind: EdgeKind) -> None:
        """A name that nothing bears: an implicit source, or an error where sources must be declared."""
        source, _ = implicit_source(self.project, parts, span)
        if source.key in self.assets:  # its name in another case, which this dialect keeps apart
            source = replace(source, key=AssetKey((*source.key.parts[:-1], f'"{source.key.name}"')))
        known = self.sources.setdefault(source.key, source)
        if known is source:
            self._report_outside(down, source.key, span)
        if not self.project.settings.strict_sources:
            self.connect(Edge(down, source.key, kind, span))

    def _report_outside(self, down: AssetKey, key: AssetKey, span: Span) -> None:
        if self.project.flavor == "dbt":
            return
        code = "E101" if self.project.settings.strict_sources else "W202"
        near = did_you_mean(key.name, (name for name in self.known_names() if name != down.name))
        hint = near or f"If it is a table from outside, declare {key.name} under sources: in a .yml file."
        self.problems.append(diagnostic(code, f"nothing is called {'.'.join(key.parts)}", span, hint=hint))

    def known_names(self) -> list[str]:
        """The names that a reader can have meant."""
        return sorted({key.name for key in self.names.by_key.values()})

    def ambiguous(self, written: str, found: Candidates, span: Span) -> None:
        """Report a name that several assets bear."""
        related = [Annotation(self.assets[key].span, str(key)) for key in found if key in self.assets]
        message = f"{written} can mean {' or '.join(str(key) for key in found)}"
        hint = "Write the schema before the name."
        self.report(diagnostic("E106", message, span, hint=hint, related=related))


def resolve(
    project: Project,
    names: Names,
    drafts: Iterable[Draft],
    facts: Mapping[str, SqlFacts],
    hooks: Mapping[AssetKey, tuple[PlacedReference, ...]],
) -> Resolved:
    """The edges of all assets, the sources that nobody declared, and the names that lead nowhere."""
    drafts = tuple(drafts)
    resolver = _Resolver(project, names, {draft.asset.key: draft.asset for draft in drafts})
    for draft in drafts:
        _resolve_configured(resolver, draft.asset)
        if draft.python is not None:
            _resolve_python(resolver, draft.asset, draft.python)
        elif draft.asset.kind in ("model", "snapshot"):
            _resolve_sql(resolver, draft.asset, facts[draft.asset.path])
        for placed in hooks.get(draft.asset.key, ()):
            _resolve_hook(resolver, draft.asset, placed)
        _ignore(resolver, draft)
    edges = tuple(resolver.edges[pair] for pair in sorted(resolver.edges))
    return Resolved(edges, tuple(resolver.sources.values()), tuple(resolver.problems))


def _resolve_configured(resolver: _Resolver, asset: Asset) -> None:
    if asset.kind == "python":
        return
    for written in asset.config.deps:
        _resolve_explicit(resolver, asset, written, asset.span)


def _resolve_explicit(resolver: _Resolver, asset: Asset, written: str, span: Span) -> None:
    found = find_key(resolver.names, written, asset.key)
    if not found:
        resolver.outside(asset.key, tuple(written.split("/")), span, "explicit")
    elif len(found) > 1:
        resolver.ambiguous(written, found, span)
    else:
        _connect_declared(resolver, asset, Edge(asset.key, found[0], "explicit", span))


def _connect_declared(resolver: _Resolver, asset: Asset, edge: Edge) -> None:
    """An edge that the author asks for by name, which is a fault where it leads to the asset itself."""
    if edge.up != asset.key:
        resolver.connect(edge)
    elif asset.step_name == "":  # the outputs of a multi-asset share what is declared for all of them
        resolver.report(_self_reference(asset.key, edge.span))


def _resolve_sql(resolver: _Resolver, asset: Asset, facts: SqlFacts) -> None:
    for call in facts.discovered.references:
        if call.span in facts.discovered.commented:
            _resolve_commented(resolver, asset, call)
        else:
            _resolve_call(resolver, asset, call)
    if facts.understood is None or resolver.project.settings.inference == "off":
        return
    for placed in facts.understood.references:
        _resolve_table(resolver, asset, placed)


def _resolve_call(resolver: _Resolver, asset: Asset, call: TemplateReference) -> None:
    """A `ref()` or `source()` of a template."""
    if call.kind == "source":
        _resolve_source(resolver, asset.key, call.arguments, call.span, call.certainty)
    elif call.kind == "ref":
        _resolve_ref(resolver, asset.key, call.arguments, call.span, call.certainty)


def _resolve_commented(resolver: _Resolver, asset: Asset, call: TemplateReference) -> None:
    """A reference in a SQL comment: dbt's habit for what no text shows. A missing one is only a warning."""
    _resolve_call(resolver, asset, replace(call, certainty="likely"))
    found = find_key(resolver.names, call.arguments[-1], asset.key)
    if call.kind == "ref" and found[:1] != (asset.key,):
        if not found:
            hint = did_you_mean(call.arguments[-1], resolver.known_names())
            message = f"ref('{call.arguments[-1]}') in a comment names nothing"
            resolver.problems.append(diagnostic("W202", message, call.span, hint=hint))
        elif len(found) == 1:
            resolver.connect(Edge(asset.key, found[0], "ref", call.span))


def _resolve_ref(
    resolver: _Resolver, down: AssetKey, arguments: tuple[str, ...], span: Span, certainty: Certainty
) -> None:
    written = arguments[-1]
    found = find_key(resolver.names, written, down)
    if len(found) == 1:
        if found[0] != down:
            resolver.connect(Edge(down, found[0], "ref", span, certainty))
        elif resolver.assets[down].config.materialized not in READS_ITSELF:
            resolver.report(_self_reference(down, span))
    elif found:
        resolver.ambiguous(written, found, span)
    elif certainty == "certain":
        hint = did_you_mean(written, resolver.known_names())
        message = f"ref('{written}') names an asset that does not exist"
        resolver.problems.append(diagnostic("E101", message, span, hint=hint))


def _resolve_source(
    resolver: _Resolver, down: AssetKey, arguments: tuple[str, ...], span: Span, certainty: Certainty
) -> None:
    names = resolver.names
    declared = names.by_key.get(tuple(names.fold(part) for part in arguments))
    if declared is None and arguments[0] == resolver.project.settings.default_source:
        declared = names.by_key.get((names.fold(arguments[-1]),))
    if declared is not None:
        resolver.connect(Edge(down, declared, "source", span, certainty))
    elif certainty == "certain" and resolver.project.flavor == "dbt":
        message = f"source('{arguments[0]}', '{arguments[-1]}') is not declared"
        hint = did_you_mean(arguments[-1], resolver.known_names())
        resolver.problems.append(diagnostic("E101", message, span, hint=hint))
    elif certainty == "certain":
        resolver.outside(down, arguments, span, "source")


def _resolve_table(resolver: _Resolver, asset: Asset, placed: PlacedReference) -> None:
    """A table position in the SQL of a model."""
    reference = placed.reference
    if reference.kind not in ("read", "write") or _is_of_the_system(reference.parts):
        return
    found = find_table(resolver.names, reference.parts, asset.key)
    if len(found) > 1:
        resolver.ambiguous(".".join(reference.parts), found, placed.span)
    elif not found:
        if not resolver.is_told_missing(placed.span):
            resolver.outside(asset.key, reference.parts, placed.span, placed.kind)
    elif found[0] == asset.key:
        if reference.kind == "read" and asset.config.materialized not in READS_ITSELF:
            resolver.report(_self_reference(asset.key, placed.span))
    else:
        _connect_table(resolver, asset, found[0], placed)


def _resolve_hook(resolver: _Resolver, asset: Asset, placed: PlacedReference) -> None:
    """A table in the SQL of a hook; hooks also name tables that are nobody's business."""
    if placed.reference.kind in ("read", "write"):
        found = find_table(resolver.names, placed.reference.parts, asset.key)
        if len(found) == 1 and found[0] != asset.key:
            resolver.connect(Edge(asset.key, found[0], "hook", placed.span, placed.reference.certainty))


def _connect_table(resolver: _Resolver, asset: Asset, up: AssetKey, placed: PlacedReference) -> None:
    upstream = resolver.assets.get(up)
    if placed.reference.kind == "write" and upstream is not None:
        resolver.problems.append(_writes_of_another(up, upstream.span, placed.span))
    if upstream is not None and upstream.kind == "python" and upstream.relation is None:  # noqa: SIM102
        if not is_written(resolver.names, placed.reference.parts, upstream.key):
            resolver.problems.append(not_readable(upstream, placed.span))
    resolver.connect(Edge(asset.key, up, placed.kind, placed.span, placed.reference.certainty))


def _resolve_python(resolver: _Resolver, asset: Asset, python: PythonAsset) -> None:
    named = {declared.parameter for declared in python.inputs}
    for declared in python.inputs:
        _resolve_input(resolver, asset, declared.key, declared.span)
    for dependency in python.declared_deps:
        _resolve_explicit(resolver, asset, dependency.key, dependency.span)
    for parameter in python.parameters:
        if parameter.can_be_upstream and parameter.name not in named:
            _resolve_parameter(resolver, asset, parameter.name, parameter.span, must=parameter.must_be_upstream)
    for reference in python.references:
        _resolve_python_read(resolver, asset, python, reference)
    for write in python.writes:
        _resolve_python_write(resolver, asset, write)


def _resolve_input(resolver: _Resolver, asset: Asset, written: str, span: Span) -> None:
    found = find_key(resolver.names, written, asset.key)
    if not found:
        resolver.problems.append(_missing_input(resolver, written, span))
    elif len(found) > 1:
        resolver.ambiguous(written, found, span)
    else:
        _connect_declared(resolver, asset, Edge(asset.key, found[0], "arg", span))


def _resolve_parameter(resolver: _Resolver, asset: Asset, name: str, span: Span, *, must: bool) -> None:
    found = find_parameter(resolver.names, name, asset.key)
    if len(found) == 1:
        resolver.connect(Edge(asset.key, found[0], "arg", span))
    elif found:
        resolver.ambiguous(name, found, span)
    elif resolver.names.fold(name) == resolver.names.fold(asset.key.name):
        resolver.report(_self_reference(asset.key, span))
    elif must:
        resolver.problems.append(_missing_input(resolver, name, span))


def _resolve_python_read(resolver: _Resolver, asset: Asset, python: PythonAsset, placed: PythonReference) -> None:
    reference = placed.reference
    if placed.kind == "ref":
        _resolve_ref(resolver, asset.key, reference.parts, placed.span, reference.certainty)
        return
    if placed.kind == "source":
        _resolve_source(resolver, asset.key, reference.parts, placed.span, reference.certainty)
        return
    if reference.kind != "read" or _is_of_the_system(reference.parts):
        return
    found = find_table(resolver.names, reference.parts, asset.key)
    is_local = len(reference.parts) == 1 and reference.parts[0] in python.local_frames
    if is_local and not found:
        return
    if is_local and found[0] != asset.key:
        resolver.problems.append(_shadowing_frame(reference.parts[0], found[0], placed.span))
    _connect_python(resolver, asset, found, placed)


def _connect_python(resolver: _Resolver, asset: Asset, found: Candidates, placed: PythonReference) -> None:
    reference = placed.reference
    if len(found) == 1 and _is_of_one_body(resolver.assets.get(found[0]), asset):
        return
    if len(found) > 1:
        resolver.ambiguous(".".join(reference.parts), found, placed.span)
    elif found and found[0] != asset.key:
        upstream = resolver.assets.get(found[0])
        if upstream is not None and upstream.kind == "python" and upstream.relation is None:  # noqa: SIM102
            if not is_written(resolver.names, reference.parts, upstream.key):
                resolver.problems.append(not_readable(upstream, placed.span))
        resolver.connect(Edge(asset.key, found[0], placed.kind, placed.span, reference.certainty))
    elif not found and reference.certainty == "certain":
        resolver.outside(asset.key, reference.parts, placed.span, placed.kind)


def _resolve_python_write(resolver: _Resolver, asset: Asset, write: PythonReference) -> None:
    if owns(write) or write.reference.kind != "write":
        return
    found = find_table(resolver.names, write.reference.parts, asset.key)
    if len(found) == 1 and found[0] != asset.key:
        upstream = resolver.assets.get(found[0])
        if upstream is not None:
            resolver.problems.append(_writes_of_another(found[0], upstream.span, write.span))
        resolver.connect(Edge(asset.key, found[0], "py-sql", write.span, write.reference.certainty))


def _ignore(resolver: _Resolver, draft: Draft) -> None:
    """Take away the inferred edges that the asset says to ignore."""
    asset = draft.asset
    ignored = (*asset.config.ignore_deps, *(draft.python.ignore_deps if draft.python else ()))
    for written in ignored:
        for up in find_key(resolver.names, written, asset.key):
            edge = resolver.edges.get((asset.key, up))
            if edge is not None and edge.kind in ("sql", "py-sql", "hook"):
                del resolver.edges[asset.key, up]


def _is_of_one_body(one: Asset | None, other: Asset) -> bool:
    """Whether two assets are made by one execution: what its body reads of its own making is no dependency."""
    if one is None or not other.step_name:
        return False
    return (one.path, one.step_name) == (other.path, other.step_name)


def _overlap(one: Span | None, other: Span | None) -> bool:
    if one is None or other is None or one.path != other.path:
        return False
    return one.start < other.end and other.start < one.end


def _is_of_the_system(parts: tuple[str, ...]) -> bool:
    return len(parts) > 1 and any(part.casefold() in SYSTEM_SCHEMAS for part in parts[:-1])


def _self_reference(key: AssetKey, span: Span) -> Diagnostic:
    hint = "Only an incremental model can read what it has built before."
    return diagnostic("E104", f"{key} depends on itself", span, hint=hint)


def _missing_input(resolver: _Resolver, name: str, span: Span) -> Diagnostic:
    hint = did_you_mean(name, resolver.known_names()) or "Declare it as a source, or give the parameter a default."
    return diagnostic("E101", f"{name} is not the name of an asset or a source", span, hint=hint)


def _writes_of_another(up: AssetKey, defined: Span, span: Span) -> Diagnostic:
    message = f"this writes the table of {up}"
    hint = f"Let {up} write its own table, or make this an asset of its own."
    return diagnostic("W204", message, span, hint=hint, related=(Annotation(defined, f"{up} is defined here"),))


def _shadowing_frame(name: str, up: AssetKey, span: Span) -> Diagnostic:
    message = f"the variable {name} has the name of the asset {up}, and the warehouse reads the asset"
    return diagnostic("W206", message, span, hint="Give the variable another name.")
