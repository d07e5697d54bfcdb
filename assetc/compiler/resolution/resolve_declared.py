"""What is said outright: `deps`, `ref()` and `source()`, in templates and in Python bodies alike."""

from __future__ import annotations

from assetc.compiler.asset import Asset, Edge
from assetc.compiler.diagnostic import diagnostic, did_you_mean
from assetc.compiler.names.names import Ref, find_key, find_ref, known_names
from assetc.compiler.place import Span
from assetc.compiler.reference import Certainty
from assetc.compiler.resolution.resolution import Resolution, self_reference
from assetc.definitions.key import AssetKey


def resolve_explicit(resolution: Resolution, asset: Asset, written: str, span: Span) -> None:
    """An entry of `deps`: a key, or a name as SQL writes it; one that nothing bears is a source from outside."""
    found = find_key(resolution.names, written, asset.key)
    if not found:
        resolution.outside(asset.key, tuple(written.split("/")), span, "explicit")
    elif len(found) > 1:
        resolution.ambiguous(written, found, span)
    else:
        connect_declared(resolution, asset, Edge(asset.key, found[0], "explicit", span))


def connect_declared(resolution: Resolution, asset: Asset, edge: Edge) -> None:
    """An edge that the author asks for by name, which is a fault where it leads to the asset itself."""
    if edge.up != asset.key:
        resolution.connect(edge)
    elif asset.step_name == "":  # the outputs of a multi-asset share what is declared for all of them
        resolution.report(self_reference(asset.key, edge.span))


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
    names = resolution.names
    declared = names.by_key.get(tuple(names.fold(part) for part in arguments))
    if declared is None and arguments[0] == resolution.project.settings.default_source:
        declared = names.by_key.get((names.fold(arguments[-1]),))
    if declared is not None:
        resolution.connect(Edge(down, declared, "source", span, certainty))
    elif certainty == "certain" and resolution.project.rules.sources_are_declared:
        message = f"source('{arguments[0]}', '{arguments[-1]}') is not declared"
        hint = did_you_mean(arguments[-1], known_names(resolution.names))
        resolution.problems.append(diagnostic("E101", message, span, hint=hint))
    elif certainty == "certain":
        resolution.outside(down, arguments, span, "source")
