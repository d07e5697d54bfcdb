"""Definitions become a graph by the passes of a project: they are the facts of files that nobody has to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from msgspec import Struct

from assetc.compiler.asset import Graph
from assetc.compiler.define import define, draft_assets
from assetc.compiler.diagnostic import Diagnostic, in_order
from assetc.compiler.facts import FileFacts, PythonFacts
from assetc.compiler.graph import arguments_of, connect
from assetc.compiler.names.index_names import index_names
from assetc.compiler.place import Span
from assetc.compiler.project import Package, Project, ProjectFile, Properties, Settings, Target
from assetc.compiler.python.bare_asset import bare_asset
from assetc.compiler.python.reading import DeclaredDependency, PythonAsset, PythonReading
from assetc.compiler.resolution.resolution import Resolution
from assetc.compiler.resolution.resolve import resolve
from assetc.compiler.rules import DEFINITIONS
from assetc.definitions.asset import AnyAsset, AssetsDefinition
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey
from assetc.definitions.spec import AssetSpec, SourceAsset
from assetc.project.python.describe import describe
from assetc.runtime.python.match_inputs import match_inputs
from assetc.runtime.python.pass_values import Known

NO_WAREHOUSE = Target(name="", profile="", type="", dialect="", database=None, schema="", threads=1)
ANYWHERE = Span("", 0, 0, 1, 1)
"""The place of a source that is given by its key."""


class CompiledDefinitions(Struct, frozen=True):
    """The graph of definitions, and who makes each asset."""

    graph: Graph
    producers: Mapping[AssetKey, AssetsDefinition]
    sources: Mapping[AssetKey, AssetSpec]

    def known(self, key: AssetKey) -> Known:
        """What is known of an asset; a key that only a `deps=` names has just this."""
        for output in self.producers[key].outputs if key in self.producers else ():
            if output.key == key:
                spec, name = output.spec, self.producers[key].node_name
                return Known(name, output.name, output.annotation, spec.metadata, spec.io_manager_key)
        spec = self.sources.get(key) or AssetSpec(key)
        return Known(key.to_python_identifier(), metadata=spec.metadata, io_manager_key=spec.io_manager_key)

    @property
    def bodies(self) -> tuple[AssetsDefinition, ...]:
        """Each body once."""
        return tuple(dict.fromkeys(self.producers.values()))

    def inputs_of(self, definition: AssetsDefinition) -> Mapping[str, AssetKey]:
        """The asset that each parameter of a body receives."""
        return match_inputs(definition, arguments_of(self.graph, definition.keys))


def compile_definitions(given: Iterable[AnyAsset]) -> CompiledDefinitions:
    """Connect definitions by their keys. Raises InvalidDefinitionError, which names every error, where that fails."""
    definitions, sources = _separate(given)
    facts = _facts(definitions, sources)
    files = tuple(ProjectFile(path, "python", (0, 0, 0)) for path in facts)
    project = Project(Package("", Settings(), files), DEFINITIONS, "", "", NO_WAREHOUSE, {}, ())
    drafts, misconfigured = draft_assets(project, Properties(), files, FileFacts(python=facts))
    defined = define(project, Properties(), drafts, facts)
    assets = {draft.asset.key: draft.asset for draft in defined.drafts}
    names = index_names(project, assets.values(), defined.sources, ())
    resolved = resolve(Resolution(project, names, assets), defined.drafts, {}, {}, _no_text)
    known = {source.key: source for source in (*resolved.implicit_sources, *defined.sources)}
    graph, cycles = connect(assets, known, (), resolved.edges, project.rules)
    of_files = chain.from_iterable((*misconfigured.values(), *resolved.faults.values()))
    _refuse((*of_files, *defined.problems, *cycles))
    return CompiledDefinitions(graph, {key: each for each in definitions for key in each.keys}, sources)


def _no_text(path: str) -> str:
    raise LookupError(f"definitions were read from no file, and not from {path}")


def _separate(given: Iterable[AnyAsset]) -> tuple[list[AssetsDefinition], dict[AssetKey, AssetSpec]]:
    definitions: dict[int, AssetsDefinition] = {}
    sources: dict[AssetKey, AssetSpec] = {}
    for item in given:
        if isinstance(item, AssetsDefinition):
            definitions[id(item)] = item
        else:
            spec = item.spec if isinstance(item, SourceAsset) else item
            sources[spec.key] = spec
    return list(definitions.values()), sources


def _facts(definitions: Iterable[AssetsDefinition], sources: Iterable[AssetKey]) -> dict[str, PythonFacts]:
    """What reading the files of these definitions would have told of them."""
    made: dict[str, list[PythonAsset]] = {}
    for definition in definitions:
        made.setdefault(definition.place.path, []).extend(_assets_of(definition))
    readings = {path: PythonReading(tuple(assets)) for path, assets in made.items()}
    if sources:
        declared = tuple(DeclaredDependency(str(key), ANYWHERE) for key in sources)
        readings[ANYWHERE.path] = PythonReading(sources=declared)
    return {path: PythonFacts(path, "", reading) for path, reading in readings.items()}


def _assets_of(definition: AssetsDefinition) -> Iterator[PythonAsset]:
    span = Span(definition.place.path, 0, 0, definition.place.line, 1)
    return (bare_asset(asset, span, "") for asset in describe(definition, None))


IN_DAGSTERS_WORDS = {
    "E101": "Input asset is not produced by any of the given assets: ",
    "E102": "Duplicate asset key: ",
    "E103": "Circular dependency: ",
}
"""What users of Dagster look for in a message, before our own words."""


def _refuse(problems: Iterable[Diagnostic]) -> None:
    errors = [problem for problem in in_order(problems) if problem.severity == "error"]
    if errors:
        raise InvalidDefinitionError("\n".join(map(_told, errors)), code=errors[0].code)


def _told(error: Diagnostic) -> str:
    place = f" ({error.span.where})" if error.span and error.span.where not in error.message else ""
    return f"{IN_DAGSTERS_WORDS.get(error.code, '')}{error.message}{place}{error.hint and '. '}{error.hint}"
