"""What the SQL of a model, of its hooks and predicates reads and writes."""

from __future__ import annotations

from msgspec.structs import replace

from assetc.compiler.asset import Asset, Edge
from assetc.compiler.config_text import ReadText
from assetc.compiler.diagnostic import diagnostic
from assetc.compiler.facts import ConfigTextFacts, PlacedReference, SqlFacts
from assetc.compiler.names.file_source import READS_FILES
from assetc.compiler.names.names import Ref, find_ref, find_table
from assetc.compiler.names.why_missing import why_missing
from assetc.compiler.resolution.resolution import (
    Resolution,
    is_of_the_system,
    note_not_readable,
    self_reference,
    writes_of_another,
)
from assetc.compiler.resolution.resolve_declared import resolve_ref, resolve_source
from assetc.compiler.template.rendered import TemplateReference
from assetc.definitions.key import AssetKey


def resolve_sql(resolution: Resolution, asset: Asset, facts: SqlFacts) -> None:
    """All edges of a model: what its template calls, then what its SQL reads and writes."""
    for call in facts.discovered.references:
        if call.span in facts.discovered.commented:
            _resolve_commented(resolution, asset, call)
        else:
            _resolve_call(resolution, asset, call)
    if facts.understood is None or not resolution.infers(asset):
        return
    is_incremental = asset.config.materialization.adds_rows
    for placed in facts.understood.references:
        if is_incremental or not placed.only_incremental:
            with resolution.coming_through(placed.through):
                _resolve_table(resolution, asset, placed, facts.understood.dialect)


def _resolve_call(resolution: Resolution, asset: Asset, call: TemplateReference) -> None:
    """A `ref()` or `source()` of a template, or of a macro that it calls."""
    with resolution.coming_through(call.through):
        _connect_call(resolution, asset, call)


def _connect_call(resolution: Resolution, asset: Asset, call: TemplateReference) -> None:
    if call.kind == "source":
        resolve_source(resolution, asset.key, call.arguments, call.span, call.certainty)
    elif call.kind == "ref":
        resolve_ref(resolution, asset.key, Ref.of(call.arguments, call.version), call.span, call.certainty)


def _resolve_commented(resolution: Resolution, asset: Asset, call: TemplateReference) -> None:
    """A reference in a SQL comment: dbt's habit for what no text shows. A missing one is only a warning."""
    _resolve_call(resolution, asset, replace(call, certainty="likely"))
    if call.kind != "ref":
        return
    ref = Ref.of(call.arguments, call.version)
    found = find_ref(resolution.names, ref, asset.key)
    if found[:1] != (asset.key,):
        if not found:
            why = why_missing(resolution.names, ref.name)
            message = f"{ref} in a comment names nothing" + (f": {why.instead}" if why.instead else "")
            resolution.problems.append(diagnostic("W202", message, call.span, hint=why.hint, related=why.related))
        elif len(found) == 1:
            resolution.connect(Edge(asset.key, found[0], "ref", call.span))


def _resolve_table(resolution: Resolution, asset: Asset, placed: PlacedReference, dialect: str) -> None:
    """A table position in the SQL of a model, or a file that it reads."""
    reference = placed.reference
    if reference.kind == "file_read" and dialect in READS_FILES:
        resolution.file(asset, reference.parts[0], placed.span, reference.certainty)
    if reference.kind not in ("read", "write") or is_of_the_system(reference.parts):
        return
    found = find_table(resolution.names, reference.parts, asset.key)
    if len(found) > 1:
        resolution.ambiguous(".".join(reference.parts), found, placed.span)
    elif not found:
        if not resolution.is_told_missing(placed.span):
            resolution.outside(asset.key, reference.parts, placed.span, placed.kind, reference.operation)
    elif found[0] == asset.key:
        is_fault = reference.kind == "read" and resolution.project.rules.plain_names_are_ours
        if is_fault and not asset.config.materialization.reads_itself:
            resolution.report(self_reference(asset.key, placed.span))
    else:
        _connect_table(resolution, asset, found[0], placed)


def _connect_table(resolution: Resolution, asset: Asset, up: AssetKey, placed: PlacedReference) -> None:
    upstream = resolution.assets.get(up)
    if placed.reference.kind == "write" and upstream is not None:
        resolution.problems.append(writes_of_another(up, upstream.span, placed.span))
    note_not_readable(resolution, up, placed.reference.parts, placed.span)
    resolution.connect(Edge(asset.key, up, placed.kind, placed.span, placed.reference.certainty))


def resolve_config(resolution: Resolution, asset: Asset, known: ConfigTextFacts, read_text: ReadText) -> None:
    """What a hook or predicate reads and calls; they also name tables that are nobody's business, and their own asset.

    A source that nobody declares is of the text that defines the asset, with which it goes.
    """
    text, facts = known.text, known.facts
    for placed in facts.understood.references if facts.understood else ():
        if placed.reference.kind == "file_read" and resolution.project.target.dialect in READS_FILES:
            with resolution.coming_through(placed.through):
                span = text.moved(placed.span, read_text)
                resolution.file(asset, placed.reference.parts[0], span, placed.reference.certainty)
        if placed.reference.kind in ("read", "write"):
            found = find_table(resolution.names, placed.reference.parts, asset.key)
            if len(found) == 1 and found[0] != asset.key:
                span = text.moved(placed.span, read_text)
                certainty, through = placed.reference.certainty, placed.through
                resolution.connect(Edge(asset.key, found[0], "hook", span, certainty, through))
    for call in facts.discovered.references:
        itself = call.kind == "ref" and find_ref(resolution.names, Ref.of(call.arguments, call.version), asset.key)
        if itself != (asset.key,):
            _resolve_call(resolution, asset, replace(call, span=text.moved(call.span, read_text)))
