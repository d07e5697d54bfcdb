"""What a Python asset needs: its parameters, what it declares, and what its body reads and writes."""

from __future__ import annotations

from assetc.compiler.asset import Asset, Edge
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.names.file_source import READS_FILES
from assetc.compiler.names.names import Candidates, Ref, did_you_mean_key, find_named, find_table
from assetc.compiler.names.namesake import WITH_DATA
from assetc.compiler.names.why_missing import is_unread, why_missing
from assetc.compiler.place import Span
from assetc.compiler.python.reading import Parameter, PythonAsset, PythonReference, owns
from assetc.compiler.resolution.resolution import (
    Resolution,
    are_of_one_body,
    is_of_the_system,
    note_not_readable,
    self_reference,
    writes_of_another,
)
from assetc.compiler.resolution.resolve_declared import is_connected, resolve_explicit, resolve_ref, resolve_source
from assetc.definitions.key import AssetKey

SCALARS = frozenset({"int", "float", "str", "bool", "bytes", "Decimal", "date", "datetime", "timedelta", "Path"})
"""Annotations of settings, which are rarely meant to be the value of an asset."""


def resolve_python(resolution: Resolution, asset: Asset, python: PythonAsset) -> None:
    """All edges of a Python asset."""
    named = {declared.parameter for declared in python.inputs}
    for declared in python.inputs:
        if not is_connected(resolution, asset, declared.key, declared.span, "arg"):
            _report_missing(resolution, asset, declared.key, declared.span)
    for parameter in python.parameters:
        if parameter.can_be_upstream and parameter.name not in named:
            _resolve_parameter(resolution, asset, parameter)
    for dependency in python.declared_deps:
        resolve_explicit(resolution, asset, dependency)
    infers = resolution.infers(asset)
    for reference in python.references:
        if infers or reference.kind in ("ref", "source"):
            _resolve_python_read(resolution, asset, python, reference)
    for write in python.writes if infers else ():
        _resolve_python_write(resolution, asset, write)


def _resolve_parameter(resolution: Resolution, asset: Asset, parameter: Parameter) -> None:
    name, span = parameter.name, parameter.span
    found = find_named(resolution.names, (resolution.names.fold(name),), asset.key, anywhere=True)
    if len(found) == 1 and are_of_one_body(resolution.assets.get(found[0]), asset):
        resolution.report(self_reference(found[0], span))
    elif len(found) == 1:
        resolution.connect(Edge(asset.key, found[0], "arg", span))
    elif found:
        hint = f'Say which in the decorator: ins={{"{name}": "{found[0]}"}}'
        resolution.ambiguous(name, found, span, hint)
    elif resolution.names.fold(name) == resolution.names.fold(asset.key.name):
        resolution.report(self_reference(asset.key, span))
    elif parameter.must_be_upstream:
        _report_missing(resolution, asset, name, span, parameter.annotation)


def _resolve_python_read(resolution: Resolution, asset: Asset, python: PythonAsset, placed: PythonReference) -> None:
    reference = placed.reference
    if placed.kind == "ref":
        resolve_ref(resolution, asset.key, Ref.of(reference.parts), placed.span, reference.certainty)
        return
    if placed.kind == "source":
        resolve_source(resolution, asset.key, reference.parts, placed.span, reference.certainty)
        return
    if reference.kind == "file_read" and (placed.kind == "file" or resolution.project.target.dialect in READS_FILES):
        resolution.file(asset, reference.parts[0], placed.span, reference.certainty)
    if reference.kind != "read" or is_of_the_system(reference.parts):
        return
    found = find_table(resolution.names, reference.parts, asset.key)
    is_local = len(reference.parts) == 1 and reference.parts[0] in python.local_frames
    if is_local and not found:
        return
    if is_local and found[0] != asset.key:
        resolution.problems.append(_shadowing_frame(reference.parts[0], found[0], placed.span))
    _connect_python(resolution, asset, found, placed)


def _connect_python(resolution: Resolution, asset: Asset, found: Candidates, placed: PythonReference) -> None:
    reference = placed.reference
    if len(found) == 1 and are_of_one_body(resolution.assets.get(found[0]), asset):
        return
    if len(found) > 1:
        resolution.ambiguous(".".join(reference.parts), found, placed.span)
    elif found and found[0] != asset.key:
        note_not_readable(resolution, found[0], reference.parts, placed.span)
        resolution.connect(Edge(asset.key, found[0], placed.kind, placed.span, reference.certainty))
    elif not found and reference.certainty == "certain":
        resolution.outside(asset.key, reference.parts, placed.span, placed.kind)


def _resolve_python_write(resolution: Resolution, asset: Asset, write: PythonReference) -> None:
    if owns(write) or write.reference.kind != "write":
        return
    found = find_table(resolution.names, write.reference.parts, asset.key)
    if len(found) == 1 and found[0] != asset.key:
        upstream = resolution.assets.get(found[0])
        if upstream is not None:
            resolution.problems.append(writes_of_another(found[0], upstream.span, write.span))
        resolution.connect(Edge(asset.key, found[0], "py-sql", write.span, write.reference.certainty))


def _report_missing(resolution: Resolution, asset: Asset, name: str, span: Span, annotation: str = "") -> None:
    """Report a parameter that names nothing, unless the file may define it and could not be read."""
    if not is_unread(resolution.names, span.path):
        resolution.problems.append(_missing_input(resolution, asset, name, span, annotation))


def _missing_input(resolution: Resolution, asset: Asset, name: str, span: Span, annotation: str = "") -> Diagnostic:
    near_key = did_you_mean_key(resolution.names, name, asset.key)
    why = why_missing(resolution.names, name, kinds=WITH_DATA, near=near_key)
    near = why.hint
    if annotation.rpartition(".")[2] in SCALARS:
        setting = f"A parameter is an upstream unless it has a default: {name}: {annotation} = ..."
        hint = f"{near} {setting}" if near else setting
    else:
        hint = near or "Declare it as a source, or give the parameter a default"
    message = f"{name} is not the name of an asset or a source"
    message = f"{message}: it is {why.instead.removeprefix(f'{name} is ')}" if why.instead else message
    return diagnostic("E101", message, span, hint=hint, related=why.related)


def _shadowing_frame(name: str, up: AssetKey, span: Span) -> Diagnostic:
    message = f"the variable {name} has the name of the asset {up}, and the warehouse reads the asset"
    return diagnostic("W206", message, span, hint="Give the variable another name")
