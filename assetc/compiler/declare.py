"""What every text of a project may name: its assets, its declared sources, and where they live.

Nothing here depends on what a text reads. While an edited text is the same in the eyes of others, so is all of this.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.asset import Asset, Graph, Source
from assetc.compiler.compilation import Compilation, Pass, WrittenRelation
from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.define import define, draft_assets
from assetc.compiler.define_assets import Draft
from assetc.compiler.define_checks import CheckDraft, draft_of_file
from assetc.compiler.diagnostic import Annotation, Diagnostic, Faults, diagnostic
from assetc.compiler.facts import FileFacts, SqlFacts
from assetc.compiler.find_namesakes import find_namesakes
from assetc.compiler.names.index_names import index_names, names_of_graph
from assetc.compiler.names.locate_by_macros import locate_by_macros
from assetc.compiler.names.names import LogicalName, Names, schema_of
from assetc.compiler.names.target_names import View
from assetc.compiler.place import PROJECT, TextId
from assetc.compiler.template.rendered import Read
from assetc.definitions.key import AssetKey


class Declared(Struct, frozen=True):
    """What is declared: by the dirty texts the `drafts`, by all texts everything else. `faults` are by pass."""

    drafts: tuple[Draft, ...]
    assets: Mapping[AssetKey, Asset]
    sources: Mapping[AssetKey, Source]
    checks: tuple[CheckDraft, ...]
    names: Names
    written: tuple[WrittenRelation, ...]
    faults: Mapping[Pass, Faults]
    reads: tuple[Read, ...] = ()

    def view(self, given: CompilerInput, graph: Graph | None = None) -> View:
        """What templates see of it."""
        return View(self.names, self.assets, given.nodes(graph))


def declare(given: CompilerInput, facts: FileFacts) -> Declared:
    """What the facts about all files declare."""
    project = given.project
    properties, unreadable = given.properties(None)
    drafts, faults = draft_assets(project, properties, project.files, facts)
    disabled = [draft.asset for draft in drafts if not draft.asset.config.enabled]
    drafts = [draft for draft in drafts if draft.asset.config.enabled]
    defined = define(project, properties, drafts, facts.python)
    located = locate_by_macros(given.nodes(), given.surroundings, defined.drafts)
    written = tuple(_written(located.drafts))
    assets = {draft.asset.key: draft.asset for draft in located.drafts}
    others = tuple(find_namesakes(given, properties, unreadable, facts, disabled))
    names = replace(index_names(project, assets.values(), defined.sources, written), others=others)
    whole = (*unreadable, *defined.problems, *located.problems, *find_clashes(located.drafts, names))
    check_files = (TextId(file.path) for file in project.files if file.kind == "check")
    return Declared(
        drafts=located.drafts,
        assets=assets,
        sources={source.key: source for source in defined.sources},
        checks=(*defined.checks, *(draft_of_file(facts.sql[text]) for text in check_files)),
        names=names,
        written=written,
        faults={"define": faults, "declare": {PROJECT: whole}},
        reads=located.reads,
    )


def declare_edited(given: CompilerInput, facts: FileFacts, before: Compilation) -> Declared | None:
    """What is declared after an edit of texts with one asset each; None if others may be concerned."""
    texts = {*facts.sql, *map(TextId, facts.seeds)}
    known = {asset.text: asset for asset in before.graph.assets.values() if asset.text in texts}
    redone = _drafts_of_configured(given, facts, known)
    if redone is None or known.keys() != texts:
        return None
    drafts, faults = redone
    own = {text: Draft(asset) for text, asset in known.items()}
    own |= {draft.asset.text: draft for draft in drafts}
    if len(drafts) < len(faults) or any(for_others(own[text].asset) != for_others(known[text]) for text in texts):
        return None
    assets = {**before.graph.assets, **{draft.asset.key: draft.asset for draft in own.values()}}
    sources = before.graph.sources
    return Declared(
        drafts=tuple(own[text] for text in sorted(own)),
        assets=assets,
        sources={key: source for key, source in sources.items() if not source.implicit},
        checks=(),
        names=names_of_graph(given.project, assets.values(), sources.values(), before),
        written=before.written,
        faults={"define": faults},
    )


def _drafts_of_configured(
    given: CompilerInput, facts: FileFacts, known: Mapping[TextId, Asset]
) -> tuple[tuple[Draft, ...], Faults] | None:
    """The assets of the files that configure themselves anew; None if macros have something to say about them."""
    texts = {text for text, each in facts.sql.items() if not _is_configured_as_before(given, each)}
    if not texts:
        return (), {}
    described_in = {known[text].patch_path for text in texts if text in known}
    properties, _ = given.properties([path for path in described_in if path is not None])
    paths = {text.path for text in texts}
    files = [file for file in given.project.files if file.path in paths]
    drafts, faults = draft_assets(given.project, properties, files, facts)
    drafts = [draft for draft in drafts if draft.asset.config.enabled]
    located = locate_by_macros(given.nodes(), given.surroundings, tuple(drafts))
    return None if located.problems else (located.drafts, faults)


def _is_configured_as_before(given: CompilerInput, facts: SqlFacts) -> bool:
    """Whether a text configures itself by the same words at the same places, which faults point at."""
    known, now = given.memory.sql(facts.text), facts.discovered
    by_names = now.configured_by_names or (known is not None and known.discovered.configured_by_names)
    return known is not None and not by_names and known.discovered.config == now.config


def for_others(asset: Asset) -> tuple[object, ...]:
    """What the other texts of a project can tell of an asset: while it is the same, they are as they were."""
    config = asset.config
    place = (asset.relation, config.alias, config.schema, config.database, config.materialization.is_inlined)
    return (asset.key, asset.kind, asset.fqn, asset.group, place, config.checks)


def _written(drafts: Iterable[Draft]) -> Iterator[WrittenRelation]:
    """What Python bodies create; of the assets of one body the first stands for all."""
    first: dict[tuple[tuple[str, str], tuple[str, ...]], AssetKey] = {}
    for draft in drafts:
        for created in draft.creates():
            first.setdefault((draft.body, created.parts), draft.asset.key)
    return ((key, parts) for (_, parts), key in first.items())


Location: TypeAlias = tuple[str, str, str]


def find_clashes(drafts: Iterable[Draft], names: Names) -> Iterator[Diagnostic]:
    """A fault for each relation with more than one owner: by its configuration, or by what a Python body creates."""
    owners = defaultdict[Location, dict[AssetKey, Asset]](dict)
    of_body = defaultdict[tuple[str, str], set[Location]](set)
    drafts = tuple(drafts)
    for draft in drafts:
        of_body[draft.body].add(_location(names.logical_names[draft.asset.key]))
    for draft in drafts:
        if draft.asset.relation is not None:
            owners[_location(names.logical_names[draft.asset.key])][draft.asset.key] = draft.asset
        for created in draft.creates():
            if created.certainty == "certain":
                written, own = _written_place(created.parts, names), of_body[draft.body]
                if not draft.asset.step_name or written not in own:  # one body may create what all its assets are
                    own.add(written)
                    owners[written][draft.asset.key] = draft.asset
    for (_, schema, name), assets in owners.items():
        if len(assets) > 1:
            yield _clash(f"{schema}.{name}", tuple(assets.values()))


def _location(name: LogicalName) -> Location:
    return name.database or "", name.schema, name.name


def _written_place(parts: tuple[str, ...], names: Names) -> Location:
    is_here = len(parts) < 3 or parts[-3] in names.other_databases
    database = names.default_database or "" if is_here else parts[-3]
    return database, schema_of(parts, names.default_schema, names.other_schemas), parts[-1]


def _clash(relation: str, assets: tuple[Asset, ...]) -> Diagnostic:
    first, *others = assets
    places = " and ".join(f"{asset.key} ({asset.span.where})" for asset in assets)
    message, hint = f"{places} would both be stored in {relation}", "Give one of them another alias or schema"
    related = (Annotation(first.span, f"{first.key} is stored there too"),)
    return diagnostic("E105", message, others[0].span, hint=hint, related=related)
