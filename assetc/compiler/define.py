"""From files to assets: each file's own words, the property files and the folders' configuration become one value."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.asset import Asset, AssetKind, Source
from assetc.compiler.config import AssetConfig
from assetc.compiler.configuration.configure import configure
from assetc.compiler.configuration.faults import described_twice, foreign_dialect, misplaced_materialization
from assetc.compiler.define_checks import CheckDraft, drafts_of_patch, drafts_of_source
from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic, did_you_mean
from assetc.compiler.facts import PythonFacts, SeedFacts, SqlFacts
from assetc.compiler.names.locate import folders_of, key_of, place_of, relation_of
from assetc.compiler.names.names import Place
from assetc.compiler.names.source import declared_source, implicit_source
from assetc.compiler.place import Span, file_span
from assetc.compiler.project import DeclaredSource, Entry, FolderConfig, Patch, Project
from assetc.compiler.python.reading import DeclaredDependency, PythonAsset
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey

ASSETS_WITHOUT_RELATION = frozenset({"ephemeral"})
TABLE_ANNOTATIONS = (
    "DataFrame",
    "LazyFrame",
    "Table",
    "RecordBatch",
    "DuckDBPyRelation",
    "list[dict",
    "List[Dict",
    "List[dict",
)
OPEN_ANNOTATION = re.compile(
    r"(Any|object|Output|MaterializeResult)"
    r"|(Async)?(Iterator|Iterable|Generator)(\[(Any|Output|MaterializeResult)\b[^\[]*\])?"
)
"""What says nothing of the kind of value that comes, modules left out."""


class Draft(Struct, frozen=True):
    """An asset with what later passes need to know about where it came from."""

    asset: Asset
    place: Place
    python: PythonAsset | None = None
    patch: Patch | None = None


class Definitions(Struct, frozen=True):
    """Everything that the files define, before any name is resolved."""

    drafts: tuple[Draft, ...]
    sources: tuple[tuple[Source, Place], ...]
    checks: tuple[CheckDraft, ...]
    problems: tuple[Diagnostic, ...]


def define(
    project: Project,
    sql: Mapping[str, SqlFacts],
    python: Mapping[str, PythonFacts],
    seeds: Mapping[str, SeedFacts],
) -> Definitions:
    """All assets, sources and checks of a project."""
    definer = _Definer(project, {(patch.kind, patch.name): patch for patch in project.properties.patches})
    drafts: list[Draft] = []
    problems: list[Diagnostic] = []
    for file in project.files:
        if file.kind == "model":
            found = definer.of_sql(file.path, sql[file.path])
        elif file.kind == "python":
            found = definer.of_python(python[file.path])
        elif file.kind == "seed":
            found = definer.of_seed(file.path, seeds[file.path].content)
        else:
            if file.kind == "snapshot":
                problems.append(diagnostic("W223", "snapshots are not built yet", file_span(file.path)))
            continue
        for draft, faults in found:
            problems += faults
            if draft is not None and draft.asset.config.enabled:
                drafts.append(draft)
    drafts, duplicates = _unique(drafts)
    sources, source_checks, source_faults = _sources(project)
    known = {source.key for source, _ in sources} | {draft.asset.key for draft in drafts}
    sources = (*sources, *_python_sources(project, python, known))
    checks = (*(check for draft in drafts for check in drafts_of_patch(draft.asset, draft.patch)), *source_checks)
    faults = (*problems, *duplicates, *source_faults, *described_twice(project), *_unused_patches(project, drafts))
    return Definitions(tuple(drafts), sources, checks, faults)


Found = Iterator[tuple[Draft | None, tuple[Diagnostic, ...]]]


class _Definer(Struct, frozen=True):
    """The project, and what its property files say about each name."""

    project: Project
    patches: Mapping[tuple[str, str], Patch]

    def of_sql(self, path: str, facts: SqlFacts) -> Found:
        name = PurePosixPath(path).stem
        yield self._draft(name, "model", file_span(path), facts.discovered.config, _version_of(facts))

    def of_seed(self, path: str, content: str) -> Found:
        yield self._draft(PurePosixPath(path).stem, "seed", file_span(path), (), content)

    def of_python(self, facts: PythonFacts) -> Found:
        for python in facts.reading.assets:
            for written in python.outs or (python.name,):
                *prefix, name = written.split("/")
                out = replace(_of_one_key(python, written), key_prefix=tuple(prefix) or python.key_prefix)
                yield self._draft(name, "python", python.span, python.config, python.source_hash, out)

    def _draft(
        self,
        name: str,
        kind: AssetKind,
        span: Span,
        own: tuple[Entry, ...],
        version: str,
        python: PythonAsset | None = None,
    ) -> tuple[Draft | None, tuple[Diagnostic, ...]]:
        project = self.project
        folders = folders_of(project.settings, span.path)
        patch = self.patches.get(("model" if kind == "python" else kind, name))
        section = "seeds" if kind == "seed" else "models"
        entries = (
            *(entry for folder in _folders_over(project, section, (*folders, name)) for entry in folder.entries),
            *(patch.config if patch else ()),
            *own,
        )
        default = "seed" if kind == "seed" else project.settings.default_materialization
        config, problems = configure(entries, project.flavor, default)
        own_words = (*(patch.config if patch else ()), *own)
        problems = (
            *problems,
            *misplaced_materialization(kind, name, own_words),
            *foreign_dialect(project, config, entries),
        )
        config = _with_kind(config, kind, python)
        if config.name and kind != "python" and project.flavor == "native":
            name = config.name
        try:
            key = key_of(project, name, config)
        except InvalidDefinitionError as error:
            return None, (*problems, diagnostic("E108", str(error), span))
        asset = Asset(
            key=key,
            kind=kind,
            span=span,
            config=config,
            relation=None if _is_without_relation(config, python) else relation_of(project, key, config),
            code_version=version,
            package=project.name,
            fqn=(project.name, *folders, name),
            group=config.group or (folders[0] if folders and project.flavor == "native" else "default"),
            description=(patch.description if patch else "")
            or config.description
            or (python.description if python else ""),
            columns=patch.columns if patch else (),
            patch_path=patch.span.path if patch else None,
            step_name=python.name if python and python.outs else "",
        )
        return Draft(asset, place_of(project.target, key, config), python, patch), problems


def _of_one_key(python: PythonAsset, key: str) -> PythonAsset:
    """One of several assets of a body: what `specs` says of the others alone is not its."""
    of_others = {each for other, deps in python.spec_deps if other != key for each in deps}
    own = {each for other, deps in python.spec_deps if other == key for each in deps}
    if not of_others:
        return python
    return replace(python, declared_deps=tuple(each for each in python.declared_deps if each not in of_others - own))


def _with_kind(config: AssetConfig, kind: AssetKind, python: PythonAsset | None) -> AssetConfig:
    if kind == "seed":
        return replace(config, materialized="seed")
    if kind == "python":
        prefix = (python.key_prefix if python else ()) or config.key_prefix
        materialized = config.materialized if config.materialized == "incremental" else "table"
        return replace(config, materialized=materialized, key_prefix=prefix)
    return config


def _is_without_relation(config: AssetConfig, python: PythonAsset | None) -> bool:
    if config.materialized in ASSETS_WITHOUT_RELATION:
        return True
    return python is not None and is_stored_as_value(python)


def is_stored_as_value(python: PythonAsset) -> bool:
    """Whether the annotation of a Python asset says that its value is no table (DESIGN decision 16)."""
    if python.is_dbt_model or python.sql is not None or python.returns is None or python.returns.is_none:
        return False
    annotation = python.returns.annotation.replace(" ", "").strip("\"'")
    if OPEN_ANNOTATION.fullmatch(re.sub(r"\w+\.", "", annotation)):
        return False
    return not any(table in annotation for table in TABLE_ANNOTATIONS)


def _folders_over(project: Project, section: str, names: tuple[str, ...]) -> Iterable[FolderConfig]:
    """The folder configurations above an asset, the outer ones first."""
    full = (project.name, *names)
    over = [
        config
        for config in project.folder_configs
        if config.kind == section
        and config.package in (None, project.name)
        and config.folder in (full[: len(config.folder)], names[: len(config.folder)])
    ]
    return sorted(over, key=lambda config: len(config.folder))


def _version_of(facts: SqlFacts) -> str:
    return facts.understood.version if facts.understood else facts.content


def _unique(drafts: list[Draft]) -> tuple[list[Draft], list[Diagnostic]]:
    """The first asset of each key, and a fault for each further one."""
    first: dict[AssetKey, Draft] = {}
    problems: list[Diagnostic] = []
    for draft in drafts:
        other = first.setdefault(draft.asset.key, draft)
        if other is draft:
            continue
        problems.append(
            diagnostic(
                "E102",
                f"two assets have the key {draft.asset.key}: {other.asset.span.where} and {draft.asset.span.where}",
                draft.asset.span,
                hint="Rename one of them, or give one a key_prefix.",
                related=(Annotation(other.asset.span, "the other one"),),
            )
        )
    return list(first.values()), problems


def _sources(
    project: Project,
) -> tuple[tuple[tuple[Source, Place], ...], tuple[CheckDraft, ...], tuple[Diagnostic, ...]]:
    found: dict[AssetKey, tuple[Source, Place]] = {}
    checks: list[CheckDraft] = []
    problems: list[Diagnostic] = []
    for declared in project.properties.sources:
        source, place = declared_source(project, declared)
        if source.key in found:
            problems.append(_twice_declared(declared, found[source.key][0]))
            continue
        found[source.key] = (source, place)
        checks += drafts_of_source(source, declared)
    return tuple(found.values()), tuple(checks), tuple(problems)


def _python_sources(
    project: Project, python: Mapping[str, PythonFacts], known: Collection[AssetKey]
) -> Iterator[tuple[Source, Place]]:
    """What Python files declare as made elsewhere, unless something here bears its key."""
    found: dict[AssetKey, DeclaredDependency] = {}
    for facts in python.values():
        for declared in facts.reading.sources:
            found.setdefault(AssetKey(declared.key), declared)
    for key, declared in found.items():
        if key not in known:
            source, place = implicit_source(project, key.parts, declared.span)
            yield replace(source, implicit=False), place


def _twice_declared(declared: DeclaredSource, other: Source) -> Diagnostic:
    related = (Annotation(other.span, "the other one"),) if other.span else ()
    return diagnostic("E102", f"the source {other.key} is declared twice", declared.span, related=related)


def _unused_patches(project: Project, drafts: list[Draft]) -> Iterator[Diagnostic]:
    """A warning for each entry of a property file that describes nothing."""
    used = {(draft.patch.kind, draft.patch.name) for draft in drafts if draft.patch}
    names = sorted({draft.asset.key.name for draft in drafts})
    for patch in project.properties.patches:
        if patch.kind in ("model", "seed") and (patch.kind, patch.name) not in used:
            hint = did_you_mean(patch.name, names) or f"There is no {patch.kind} of that name (or it is disabled)."
            yield diagnostic("W210", f"nothing is called {patch.name}", patch.span, hint=hint)
