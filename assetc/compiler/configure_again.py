"""The pass that configures again those texts whose configuration comes from relations, now that their places are known.

Hooks are often written so: `post_hook='grant select on ' ~ this`.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.asset import Asset
from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.config import NOTHING
from assetc.compiler.declare import Declared, for_others
from assetc.compiler.define_assets import Draft, draft_of, written_model
from assetc.compiler.define_checks import CheckDraft, check_of, draft_of_file
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.facts import Discovered, FileFacts, SqlFacts
from assetc.compiler.names.locate_by_macros import locate_by_macros
from assetc.compiler.place import TextId
from assetc.compiler.reading.understand import discover
from assetc.compiler.template.rendered import Read
from assetc.compiler.template.surroundings import Surroundings, Template

_DECIDES = ("enabled", "name", "key_prefix", "alias", "schema", "database", "materialized", "group", "checks", "tags")
"""The configuration that may decide whether there is an asset, what it is called and where it lives."""

Written = TypeVar("Written", Draft, CheckDraft)


class _Again(Struct, frozen=True):
    """What one text defines now."""

    draft: Draft | CheckDraft | None
    problems: tuple[Diagnostic, ...]
    reads: tuple[Read, ...]


def configure_again(given: CompilerInput, declared: Declared, facts: FileFacts) -> Declared:
    """What is declared, configured by relations as they are. What relations follow from cannot follow from them."""
    known = {text: each for text, each in facts.sql.items() if each.discovered.configured_by_names}
    if not known:
        return declared
    models = {draft.asset.text: draft for draft in declared.drafts}
    checks = {TextId(check.path): check for check in declared.checks if check.path}
    again = {
        text: _check(given, declared, checks[text], each)
        if text in checks
        else _model(given, declared, models.get(text), each)
        for text, each in known.items()
    }
    drafts = tuple(_now(draft, again.get(draft.asset.text)) for draft in declared.drafts)
    problems = {text: each.problems for text, each in again.items()}
    return replace(
        declared,
        drafts=drafts,
        assets={**declared.assets, **{draft.asset.key: draft.asset for draft in drafts}},
        checks=tuple(_now(check, again.get(TextId(check.path or ""))) for check in declared.checks),
        faults={**declared.faults, "define": {**declared.faults["define"], **problems}},
        reads=(*declared.reads, *(read for each in again.values() for read in each.reads)),
    )


def _now(first: Written, again: _Again | None) -> Written:
    return again.draft if again and isinstance(again.draft, type(first)) else first


def _check(given: CompilerInput, declared: Declared, first: CheckDraft, known: SqlFacts) -> _Again:
    view = declared.view(given)
    found = _discovered(given, known, view.of_check(given.surroundings, check_of(given.project, first, ())))
    return _Again(draft_of_file(replace(known, discovered=found)), found.problems, found.reads)


def _model(given: CompilerInput, declared: Declared, first: Draft | None, known: SqlFacts) -> _Again:
    """A model; one that is disabled has no draft, and must stay so."""
    project = given.project
    before = first or draft_of(project, written_model(known), None)[0]
    if before is None:
        return _Again(None, (), ())
    found = _discovered(given, known, declared.view(given).of_asset(given.surroundings, before.asset))
    now, problems = draft_of(project, written_model(replace(known, discovered=found)), before.patch)
    located = locate_by_macros(given.nodes(), given.surroundings, (now,) if now else ())
    after = located.drafts[0] if located.drafts else None
    if after is None or not _is_the_same(before.asset, after.asset):
        return _Again(first, (_circular(known.discovered, found),), found.reads)
    return _Again(first and after, (*problems, *found.problems), (*found.reads, *located.reads))


def _is_the_same(before: Asset, after: Asset) -> bool:
    """Whether there is the same asset at the same place, in the eyes of all others."""
    return before.config.enabled == after.config.enabled and for_others(before) == for_others(after)


def _discovered(given: CompilerInput, known: SqlFacts, seen: Surroundings) -> Discovered:
    path = known.text.path
    return discover(Template(path, given.files.text(path)), replace(seen, config=NOTHING))


def _circular(first: Discovered, again: Discovered) -> Diagnostic:
    differs = [entry for entry in (*first.config, *again.config) if (entry in first.config) != (entry in again.config)]
    entry = min(differs, key=lambda each: each.key not in _DECIDES)
    hint = "Where anything lives is known when all is configured: use target, var or a text"
    return diagnostic("E137", f"the configuration {entry.key} cannot be made from a relation", entry.span, hint=hint)
