"""From files to definitions: all assets, sources and checks, each key once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.asset import Source
from assetc.compiler.define_assets import (
    Draft,
    WrittenAsset,
    draft_of,
    written_in_python,
    written_model,
    written_seed,
)
from assetc.compiler.define_checks import CheckDraft, drafts_of_patch, drafts_of_source
from assetc.compiler.diagnostic import Annotation, Diagnostic, Faults, diagnostic, did_you_mean
from assetc.compiler.facts import FileFacts, PythonFacts
from assetc.compiler.names.locate import declared_source, implicit_source
from assetc.compiler.place import TextId, file_span
from assetc.compiler.project import Patch, Project, ProjectFile, Properties
from assetc.compiler.python.reading import DeclaredDependency
from assetc.definitions.key import AssetKey


class Defined(Struct, frozen=True):
    """Everything that a project defines, before any name is resolved. `problems` are those of no single text."""

    drafts: tuple[Draft, ...]
    sources: tuple[Source, ...]
    checks: tuple[CheckDraft, ...]
    problems: tuple[Diagnostic, ...]


def draft_assets(
    project: Project, properties: Properties, files: Iterable[ProjectFile], facts: FileFacts
) -> tuple[list[Draft], Faults]:
    """The assets that these files define, each by itself, also those that are disabled."""
    drafts: list[Draft] = []
    faults: dict[TextId, tuple[Diagnostic, ...]] = {}
    patches: dict[tuple[str, str, str], Patch] = {
        (project.package_of(patch.span.path).name, patch.kind, patch.name): patch for patch in properties.patches
    }
    for file in files:
        package = project.package_of(file.path).name
        faults[TextId(file.path)] = ()
        for written in _written_in(file, facts):
            draft, problems = draft_of(project, written, patches.get((package, *written.described_as)))
            faults[written.text] = (*faults.get(written.text, ()), *problems)
            if draft is not None:
                drafts.append(draft)
    return drafts, faults


def define(project: Project, properties: Properties, drafts: list[Draft], python: Mapping[str, PythonFacts]) -> Defined:
    """All assets, sources and checks of a project, each key once."""
    drafts, duplicates = _unique(drafts)
    sources, source_checks, source_faults = _sources(project, properties)
    known = {source.key for source in sources} | {draft.asset.key for draft in drafts}
    sources = (*sources, *_python_sources(project, python, known))
    checks = (*(check for draft in drafts for check in drafts_of_patch(draft.asset, draft.patch)), *source_checks)
    snapshots = (file_span(file.path) for file in project.files if file.kind == "snapshot")
    not_built = (diagnostic("W223", "snapshots are not built yet", span) for span in snapshots)
    of_patches = (*_described_twice(project, properties), *_unused_patches(properties, drafts))
    return Defined(tuple(drafts), sources, checks, (*not_built, *duplicates, *source_faults, *of_patches))


def _written_in(file: ProjectFile, facts: FileFacts) -> Iterator[WrittenAsset]:
    """The assets that a file defines."""
    match file.kind:
        case "model":
            yield written_model(facts.sql[TextId(file.path)])
        case "python":
            yield from written_in_python(facts.python[file.path])
        case "seed":
            yield written_seed(facts.seeds[file.path])


def _unique(drafts: list[Draft]) -> tuple[list[Draft], list[Diagnostic]]:
    """The first asset of each key, and a fault for each further one."""
    first: dict[AssetKey, Draft] = {}
    problems: list[Diagnostic] = []
    for draft in drafts:
        other = first.setdefault(draft.asset.key, draft)
        if other is draft:
            continue
        places = f"{other.asset.span.where} and {draft.asset.span.where}"
        message = f"two assets have the key {draft.asset.key}: {places}"
        hint, related = "Rename one of them, or give one a key_prefix", (Annotation(other.asset.span, "the other one"),)
        problems.append(diagnostic("E102", message, draft.asset.span, hint=hint, related=related))
    return list(first.values()), problems


def _sources(
    project: Project, properties: Properties
) -> tuple[tuple[Source, ...], tuple[CheckDraft, ...], tuple[Diagnostic, ...]]:
    found: dict[AssetKey, Source] = {}
    checks: list[CheckDraft] = []
    problems: list[Diagnostic] = []
    for declared in properties.sources:
        source = declared_source(project, declared)
        other = found.setdefault(source.key, source)
        if other is source:
            checks += drafts_of_source(source, declared)
        else:
            related = (Annotation(other.span, "the other one"),) if other.span else ()
            message = f"the source {other.key} is declared twice"
            problems.append(diagnostic("E102", message, declared.span, related=related))
    return tuple(found.values()), tuple(checks), tuple(problems)


def _python_sources(
    project: Project, python: Mapping[str, PythonFacts], known: Collection[AssetKey]
) -> Iterator[Source]:
    """What Python files declare as made elsewhere, unless something here bears its key."""
    found: dict[AssetKey, DeclaredDependency] = {}
    for facts in python.values():
        for declared in facts.reading.sources:
            found.setdefault(AssetKey(declared.key), declared)
    for key, declared in found.items():
        if key not in known:
            yield replace(implicit_source(project, key.parts, declared.span), implicit=False)


def _described_twice(project: Project, properties: Properties) -> Iterator[Diagnostic]:
    """E127 for each further description of one model, seed ... in the property files of a native project."""
    first: dict[tuple[str, str], Patch] = {}
    for patch in properties.patches if project.rules.is_strict else ():
        other = first.setdefault((patch.kind, patch.name), patch)
        if other is not patch:
            message, hint = (
                f"the {patch.kind} {patch.name} is described twice",
                "The last one counts; bring the two together",
            )
            related = (Annotation(other.span, "first described here"),)
            yield diagnostic("E127", message, patch.span, hint=hint, related=related)


def _unused_patches(properties: Properties, drafts: list[Draft]) -> Iterator[Diagnostic]:
    """A warning for each entry of a property file that describes nothing."""
    used = {(draft.patch.kind, draft.patch.name) for draft in drafts if draft.patch}
    names = sorted({draft.asset.key.name for draft in drafts})
    for patch in properties.patches:
        if patch.kind in ("model", "seed") and (patch.kind, patch.name) not in used:
            hint = did_you_mean(patch.name, names) or f"There is no {patch.kind} of that name (or it is disabled)"
            yield diagnostic("W210", f"nothing is called {patch.name}", patch.span, hint=hint)
