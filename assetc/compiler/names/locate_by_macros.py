"""The pass that asks the macros of a dbt project where its assets live: `generate_schema_name` and its two siblings."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.asset import Asset
from assetc.compiler.define_assets import Draft
from assetc.compiler.diagnostic import Annotation, Diagnostic
from assetc.compiler.names.locate import stored
from assetc.compiler.nodes.nodes import Nodes
from assetc.compiler.place import file_span
from assetc.compiler.project import Project
from assetc.compiler.template.asking import NoWarehouse
from assetc.compiler.template.render import call_macro
from assetc.compiler.template.rendered import Read
from assetc.compiler.template.surroundings import Surroundings
from assetc.definitions.relation import Relation

PARTS = {"generate_database_name": "database", "generate_schema_name": "schema", "generate_alias_name": "alias"}
"""The macros that decide, and the configuration key that each is given, in the order in which dbt asks them."""


class Located(Struct, frozen=True):
    """The assets where the macros put them, what the macros looked at, and their faults."""

    drafts: tuple[Draft, ...]
    reads: tuple[Read, ...] = ()
    problems: tuple[Diagnostic, ...] = ()


class _Answer(Struct, frozen=True):
    """What one macro says of one asset. `text` is empty where it leaves a part of the relation as it is."""

    macro: str
    text: str
    reads: tuple[Read, ...]
    problems: tuple[Diagnostic, ...]


def locate_by_macros(nodes: Nodes, surroundings: Surroundings, drafts: tuple[Draft, ...]) -> Located:
    """The assets with the relations that the macros of a dbt project give them, where it has such macros."""
    project = nodes.project
    asked = [macro for macro in PARTS if project.rules.macros_locate and surroundings.macro_for(macro)]
    if not asked:
        return Located(drafts)
    answers = {
        draft.asset.key: [_ask(macro, nodes, surroundings, draft.asset) for macro in asked]
        for draft in drafts
        if draft.asset.relation is not None
    }
    all_answers = [answer for found in answers.values() for answer in found]
    located = (_moved(project, draft, answers.get(draft.asset.key, ())) for draft in drafts)
    reads = dict.fromkeys(read for answer in all_answers for read in answer.reads)
    first: dict[tuple[str, str], Diagnostic] = {}  # a macro has the same fault for each asset
    for problem in (problem for answer in all_answers for problem in answer.problems):
        first.setdefault((problem.code, problem.message), problem)
    return Located(tuple(located), tuple(reads), tuple(first.values()))


def _ask(macro: str, nodes: Nodes, surroundings: Surroundings, asset: Asset) -> _Answer:
    """The answer of a macro for one asset, without the blanks around it, as dbt takes it."""
    custom, target = getattr(asset.config, PARTS[macro]), nodes.project.target
    nowhere = replace(asset, relation=Relation(target.database, target.schema, asset.key.name))
    called = call_macro(macro, (custom, nodes.of(nowhere)), surroundings, NoWarehouse())
    problems = (_of_the_project(problem, macro, nodes.project, asset) for problem in called.problems)
    return _Answer(macro, called.text.strip(), called.reads, tuple(problems))


def _of_the_project(problem: Diagnostic, macro: str, project: Project, asset: Asset) -> Diagnostic:
    """The fault of such a macro as one of the whole project: where anything lives is then unknown."""
    places = [Annotation(problem.span, "in this macro")] if problem.span and problem.span.path else []
    related = (*places, Annotation(asset.span, "asked for this"))
    return replace(problem, message=f"{macro}: {problem.message}", span=file_span(project.path), related=related)


def _moved(project: Project, draft: Draft, answers: Iterable[_Answer]) -> Draft:
    """The asset where the answers put it. Plain names in SQL mean it there, too."""
    target, relation = project.target, draft.asset.relation
    if relation is None:
        return draft
    parts = {PARTS[answer.macro]: stored(target, answer.text) for answer in answers if answer.text}
    moved = Relation(
        database=parts.get("database", relation.database),
        schema=parts.get("schema", relation.schema),
        name=parts.get("alias", relation.name),
    )
    return replace(draft, asset=replace(draft.asset, relation=moved))
