"""What is said outright: `deps`, `ref()` and `source()`, in templates and in Python bodies alike."""

from __future__ import annotations

from assetc.compiler.asset import Asset, Edge
from assetc.compiler.diagnostic import diagnostic, did_you_mean
from assetc.compiler.names.file_source import PREFIX, is_url
from assetc.compiler.names.names import Ref, find_key, find_named, find_ref, find_source, known_names
from assetc.compiler.place import Span
from assetc.compiler.reference import Certainty, EdgeKind
from assetc.compiler.resolution.resolution import Resolution, self_reference
from assetc.definitions.key import AssetKey


def resolve_explicit(resolution: Resolution, asset: Asset, written: str, span: Span) -> None:
    """An entry of `deps`: a key, a name as SQL writes it, or a file; what nothing bears is a source from outside."""
    if written.startswith(PREFIX) or is_url(written):
        resolution.file(asset, written.removeprefix(PREFIX), span, "certain", "explicit")
    elif not is_connected(resolution, asset, written, span, "explicit"):
        resolution.outside(asset.key, tuple(written.split("/")), span, "explicit")


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
        has_snapshots = any(file.kind == "snapshot" for file in resolution.project.files)
        hint = did_you_mean(ref.name, known_names(resolution.names)) or "Snapshots are not built yet" * has_snapshots
        message = f"{ref} names an asset that does not exist"
        resolution.problems.append(diagnostic("E101", message, span, hint=hint))


def resolve_source(
    resolution: Resolution, down: AssetKey, arguments: tuple[str, ...], span: Span, certainty: Certainty
) -> None:
    """A `source()`; an undeclared one is a fault in a dbt project, else a source from outside."""
    declared = find_source(resolution.names, arguments[0], arguments[-1])
    if declared:
        resolution.connect(Edge(down, declared[0], "source", span, certainty))
    elif certainty == "certain" and resolution.project.rules.sources_are_declared:
        message = f"source('{arguments[0]}', '{arguments[-1]}') is not declared"
        hint = did_you_mean(arguments[-1], known_names(resolution.names))
        resolution.problems.append(diagnostic("E101", message, span, hint=hint))
    elif certainty == "certain":
        resolution.outside(down, arguments, span, "source")
