"""The passes of the compiler, in order. Read this first.

    read_files        texts      -> facts: configuration and names as written
    declare           facts      -> assets, declared sources and checks, where they live, and what they are called
    configure_again   templates  -> the configuration that comes from relations, now that their places are known
    understand_files  templates  -> SQL for the target, and what it reads; the tree of a text lives here and no longer
    understand_config hooks      -> what runs before and after an asset, and its predicates, read too
    resolve           references -> edges and implicit sources
    resolve_checks    checks     -> the assets that they read
    connect           edges      -> graph, cycles
    (again)           graph      -> what templates say that look at it, and the graph with what these read
    find_columns      graph      -> columns, upstream first

Each pass is a function in a file of its name: values in, values and faults out. It works on the texts that are dirty:
all of them, or those that were edited since the compilation `before`, from which everything else is taken. Facts about
files that did not change come from the memory that the compilation is given; nothing is parsed for them.

A pass that finds that an edit concerns others says so. Either it looks at them itself (`find_columns` goes on to those
who read a column that has changed), or it gives None: then everything is dirty.

Every fault belongs to a pass and to the text that it was found for. What a pass says about a text replaces what it
said before, so that a fault goes with its cause: also one that `find_columns` finds in a reader.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.asset import Asset, Graph
from assetc.compiler.code_version import versioned
from assetc.compiler.compilation import Compilation, Pass, WorkDone, WrittenFile, faults_after
from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.configure_again import configure_again
from assetc.compiler.declare import Declared, declare, declare_edited
from assetc.compiler.diagnostic import Faults
from assetc.compiler.facts import ConfigTextFacts, FileFacts, SqlFacts, outside_reads
from assetc.compiler.find_columns import find_columns
from assetc.compiler.graph import connect, reconnect
from assetc.compiler.place import PROJECT, TextId
from assetc.compiler.project import Project
from assetc.compiler.reading.read_files import read_files
from assetc.compiler.reading.understand_config import understand_config
from assetc.compiler.reading.understand_files import understand_files
from assetc.compiler.resolution.files_written import files_after, files_written
from assetc.compiler.resolution.resolution import Resolution
from assetc.compiler.resolution.resolve import Resolved, first_in_others, resolve, sources_after
from assetc.compiler.resolution.resolve_checks import resolve_checks
from assetc.compiler.template.rendered import Read
from assetc.definitions.key import AssetKey

NOTHING_YET = Compilation(Graph({}, {}, {}, (), {}, {}), {}, {}, ())

CAN_BE_EDITED = frozenset({"model", "seed"})
"""The kinds of files that are one asset each: an edit of another kind makes everything dirty."""


def compile_project(
    given: CompilerInput, before: Compilation | None, dirty: Collection[TextId]
) -> tuple[Compilation, WorkDone]:
    """All passes; nothing a user wrote raises. `dirty` are the texts edited since `before`: the only change."""
    if before is not None and not _can_be_edited(given.project, before, dirty):
        before = None
    compiled, counts = None, WorkDone()
    while compiled is None:
        if before is None:
            dirty = {PROJECT, *(TextId(file.path) for file in given.project.files)}
            given.memory.expect_all()
        compiled, facts, more = _compiled(given, before, dirty)
        _remember(given, facts)
        counts, before = counts + more, None
    return compiled, counts


def _can_be_edited(project: Project, before: Compilation, dirty: Collection[TextId]) -> bool:
    """Whether these are files of one asset each, no cycle is to be looked at again, and no text sees all others."""
    paths = {text.path for text in dirty}
    kinds = {file.kind for file in project.files if file.path in paths}
    is_open = before.is_seen or any(owner == "connect" for owner, _ in before.faults)
    return kinds <= CAN_BE_EDITED and not is_open


def _compiled(
    given: CompilerInput, before: Compilation | None, dirty: Collection[TextId]
) -> tuple[Compilation | None, Mapping[TextId, SqlFacts], WorkDone]:
    """The compilation after all passes over the dirty texts, None if everything is dirty; and what was found out."""
    facts, earlier = read_files(given, dirty), before or NOTHING_YET
    declared = declare(given, facts) if before is None else declare_edited(given, facts, before)
    if declared is None:
        return None, facts.sql, WorkDone(facts.read)
    declared = configure_again(given, declared, facts)
    linked = _linked(given, declared, facts, before, dirty, None)
    is_seen, parsed = linked.sees_graph, linked.parsed
    if is_seen and before is None:
        known = {text: each if each.understood else facts.sql[text] for text, each in linked.sql.items()}
        linked = _linked(given, declared, replace(facts, sql=known), before, dirty, linked.graph)
        parsed += linked.parsed
    graph, sql = linked.graph, linked.sql
    if graph is None or (is_seen and before is not None):
        return None, sql, WorkDone(facts.read, parsed)

    def facts_of(asset: Asset) -> SqlFacts | None:
        return sql.get(asset.text) or given.memory.sql(asset.text)

    built = [draft.asset.key for draft in declared.drafts]
    columns, derived = find_columns(graph, built, earlier.columns, facts_of, facts.seeds, declared.names)
    understood = {text: each.understood.problems for text, each in sql.items() if each.understood}
    faults: dict[Pass, Faults] = {"read": facts.faults, **declared.faults, "understand": understood}
    faults |= linked.faults
    config_facts = (each.facts for own in linked.configured.values() for each in own)
    asked = (Read("judge", "", each.judge) for each in facts.python.values() if each.judge is not None)
    reads = outside_reads((*sql.values(), *config_facts), (*declared.reads, *asked, *linked.of_checks))
    compilation = Compilation(
        graph=graph,
        faults=faults_after(earlier.faults, faults, dirty, given.files.problems),
        columns=columns,
        written=declared.written,
        reads=tuple(dict.fromkeys((*earlier.reads, *reads))),
        outside=before.outside if before else _outside(facts),
        written_files=linked.written_files,
        others=declared.names.others,
        is_seen=is_seen,
    )
    return compilation, {**sql, **derived}, WorkDone(facts.read, parsed, len(derived))


class _Linked(Struct, frozen=True):
    """What the texts say and how they are connected: `graph` None where everything is dirty."""

    graph: Graph | None
    sql: dict[TextId, SqlFacts]
    configured: dict[AssetKey, tuple[ConfigTextFacts, ...]]
    written_files: tuple[WrittenFile, ...]
    faults: dict[Pass, Faults]
    of_checks: tuple[Read, ...]
    parsed: int

    @property
    def sees_graph(self) -> bool:
        """Whether a text was not understood because it looks at the graph."""
        configured = (each.facts for own in self.configured.values() for each in own)
        return any(facts.understood is None for facts in (*self.sql.values(), *configured))


def _linked(
    given: CompilerInput,
    declared: Declared,
    facts: FileFacts,
    before: Compilation | None,
    dirty: Collection[TextId],
    seen: Graph | None,
) -> _Linked:
    """The passes from `understand_files` to `connect`; texts may look at the graph `seen`, where it is given."""
    view, earlier = declared.view(given, seen), before or NOTHING_YET
    sql, parsed = understand_files(given, declared, facts.sql, view)
    configured, config_faults = understand_config(given, declared, view)
    files = files_after(earlier, declared.drafts, files_written(given.project, declared.drafts, sql, configured))
    if before is not None and files != before.written_files:
        return _Linked(None, sql, configured, files, {}, (), parsed)
    implicit = first_in_others(earlier.graph, dirty)
    resolution = Resolution(given.project, declared.names, declared.assets, sources=implicit, written_files=files)
    resolved = resolve(resolution, declared.drafts, sql, configured, given.files.text)
    assets = {draft.asset.key: versioned(draft, facts, sql) for draft in declared.drafts}
    if before is None:
        graph, faults, of_checks = _connected(given, declared, assets, sql, resolved)
    else:
        graph, faults, of_checks = _reconnected(given, before, dirty, assets, resolved)
    faults |= {"hooks": config_faults, "resolve": resolved.faults}
    return _Linked(graph, sql, configured, files, faults, of_checks, parsed)


def _connected(
    given: CompilerInput,
    declared: Declared,
    assets: Mapping[AssetKey, Asset],
    sql: Mapping[TextId, SqlFacts],
    resolved: Resolved,
) -> tuple[Graph | None, dict[Pass, Faults], tuple[Read, ...]]:
    checks, check_faults, reads = resolve_checks(given, declared, sql)
    sources = {**declared.sources, **{source.key: source for source in resolved.implicit_sources}}
    graph, cycles = connect(assets, sources, checks, resolved.edges, given.project.rules)
    return graph, {"checks": {PROJECT: check_faults}, "connect": {PROJECT: cycles}}, reads


def _reconnected(
    given: CompilerInput,
    before: Compilation,
    dirty: Collection[TextId],
    assets: Mapping[AssetKey, Asset],
    resolved: Resolved,
) -> tuple[Graph | None, dict[Pass, Faults], tuple[Read, ...]]:
    sources = sources_after(before.graph, dirty, resolved, given.project.settings)
    if sources is None or given.files.problems:
        return None, {}, ()
    return reconnect(before.graph, assets, sources, resolved.edges), {}, ()


def _remember(given: CompilerInput, facts: Mapping[TextId, SqlFacts]) -> None:
    for text, changed in facts.items():
        if changed is not given.memory.sql(text):
            given.memory.keep(changed)


def _outside(facts: FileFacts) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({file for python in facts.python.values() for file in python.files}))
