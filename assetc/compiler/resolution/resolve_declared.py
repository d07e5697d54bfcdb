"""What is said outright: `deps`, `ref()` and `source()`, in templates and in Python bodies alike."""

from __future__ import annotations

from assetc.compiler.asset import Asset, Edge
from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic
from assetc.compiler.names.file_source import PREFIX, is_url
from assetc.compiler.names.names import Ref, did_you_mean_key, find_key, find_named, find_ref, find_source
from assetc.compiler.names.target_names import NOBODY
from assetc.compiler.names.why_missing import is_unread, source_named, why_missing
from assetc.compiler.place import Span
from assetc.compiler.python.reading import DeclaredDependency
from assetc.compiler.reference import Certainty, EdgeKind
from assetc.compiler.resolution.resolution import Resolution, self_reference
from assetc.definitions.key import AssetKey


def resolve_explicit(resolution: Resolution, asset: Asset, entry: DeclaredDependency) -> None:
    """An entry of `deps`: a key, a name as SQL writes it, or a file; an `AssetKey` of nothing here is from outside."""
    written, span, rules = entry.key, entry.span, resolution.project.rules
    if written.startswith(PREFIX) or is_url(written):
        resolution.file(asset, written.removeprefix(PREFIX), span, "certain", "explicit")
    elif is_connected(resolution, asset, written, span, "explicit"):
        return
    elif not (entry.is_text and rules.plain_names_are_ours and rules.keys_are_names):
        resolution.outside(asset.key, tuple(written.split("/")), span, "explicit")
    elif not is_unread(resolution.names, span.path):
        resolution.problems.append(_undefined(resolution, asset, entry))


def _undefined(resolution: Resolution, asset: Asset, entry: DeclaredDependency) -> Diagnostic:
    near = did_you_mean_key(resolution.names, entry.key, asset.key)
    why = why_missing(resolution.names, entry.key, near=near)
    message = f"deps names {entry.key}, which is no asset and no source"
    if why.instead:
        message = f"deps names {entry.key}, which is no asset: {why.instead}"
        return diagnostic("E101", message, entry.span, hint=why.hint, related=why.related)
    elsewhere = f"AssetKey({entry.key!r}), or a source" if asset.kind == "python" else "a source"
    hint = " ".join(filter(None, (why.hint, f"If it is made elsewhere, declare it as {elsewhere}")))
    return diagnostic("E101", message, entry.span, hint=hint)


def is_connected(resolution: Resolution, asset: Asset, written: str, span: Span, kind: EdgeKind) -> bool:
    """Connect what the author asks for by name, if there is any; it is a fault where it is the asset itself."""
    if resolution.project.rules.keys_are_names:
        found = find_key(resolution.names, written, asset.key)
    else:
        found = find_named(resolution.names, tuple(written.split("/")), asset.key, anywhere=False)
    if len(found) > 1:
        resolution.ambiguous(written, found, span, f'Write the whole key: "{found[0]}"')
    elif found and found[0] != asset.key:
        resolution.connect(Edge(asset.key, found[0], kind, span))
    elif found and asset.step_name == "":  # the outputs of a multi-asset share what is declared for all of them
        resolution.report(self_reference(asset.key, span))
    return bool(found)


def resolve_ref(resolution: Resolution, down: AssetKey, ref: Ref, span: Span, certainty: Certainty) -> None:
    """A `ref()`; a missing one is a fault unless it is only likely."""
    found = find_ref(resolution.names, ref, down)
    if len(found) == 1:
        if found[0] != down:
            resolution.connect(Edge(down, found[0], "ref", span, certainty))
        elif certainty == "certain" and not resolution.assets[down].config.materialization.reads_itself:
            resolution.report(self_reference(down, span))
    elif found:
        resolution.ambiguous(ref.name, found, span)
    elif certainty == "certain":
        if source := source_named(resolution.names, ref.name):
            message, hint = f"{ref} names no asset: {ref.name} is a source", f"Write {source}"
            resolution.problems.append(diagnostic("E101", message, span, hint=hint))
        else:
            resolution.missing(str(ref), ref.name, span)


def resolve_source(
    resolution: Resolution, down: AssetKey, arguments: tuple[str, ...], span: Span, certainty: Certainty
) -> None:
    """A `source()`; an undeclared one is a fault in a dbt project, else a source from outside."""
    declared = find_source(resolution.names, arguments[0], arguments[-1])
    if declared:
        resolution.connect(Edge(down, declared[0], "source", span, certainty))
    elif certainty == "certain" and resolution.project.rules.sources_are_declared:
        resolution.problems.append(_undeclared(resolution, arguments, span))
    elif certainty == "certain":
        resolution.outside(down, arguments, span, "source")


def _undeclared(resolution: Resolution, arguments: tuple[str, ...], span: Span) -> Diagnostic:
    """The fault of a `source()` that no file declares; its table may be an asset."""
    written = f"source('{arguments[0]}', '{arguments[-1]}')"
    asset = _asset_named(resolution, arguments[-1])
    if asset is not None:
        message = f"{written} is not declared: {asset.key} is an asset of this project"
        related = (Annotation(asset.span, "it is here"),)
        return diagnostic("E101", message, span, hint=f"Write ref('{asset.key.name}')", related=related)
    why = why_missing(resolution.names, arguments[-1])
    message = f"{written} is not declared{f': {why.instead}' if why.instead else ''}"
    return diagnostic("E101", message, span, hint=why.hint, related=why.related)


def _asset_named(resolution: Resolution, name: str) -> Asset | None:
    """The one asset that `ref()` of the name means."""
    found = find_ref(resolution.names, Ref(name), NOBODY)
    return resolution.assets.get(found[0]) if len(found) == 1 else None
