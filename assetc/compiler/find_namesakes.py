"""What bears a name in a project and is no asset, and the files of which nobody knows what they define."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from assetc.compiler.asset import Asset
from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.facts import FileFacts
from assetc.compiler.names.namesake import OF_SECTIONS, Namesake
from assetc.compiler.place import file_span, span_of
from assetc.compiler.project import Properties
from assetc.compiler.template.blocks import find_blocks
from assetc.compiler.template.macros import INTERNAL_PACKAGE


def find_namesakes(
    given: CompilerInput,
    properties: Properties,
    properties_faults: Iterable[Diagnostic],
    facts: FileFacts,
    disabled: Iterable[Asset],
) -> Iterator[Namesake]:
    """Everything that could explain why a name leads nowhere, the likeliest first."""
    yield from _snapshots(given)
    yield from (Namesake("snapshot", each.name, each.span) for each in properties.patches if each.kind == "snapshot")
    yield from (Namesake("disabled", asset.key.name, asset.span) for asset in disabled)
    for mention in properties.mentions:
        if mention.section in OF_SECTIONS:
            yield Namesake(OF_SECTIONS[mention.section], mention.name, mention.span)
    macros = given.surroundings.library.macros.values()
    yield from (Namesake("macro", each.name, each.span) for each in macros if each.file.package != INTERNAL_PACKAGE)
    for file in given.project.files:
        if file.kind == "check":
            yield Namesake("check", PurePosixPath(file.path).stem, file_span(file.path))
    yield from _unread(given, properties_faults, facts)


def _snapshots(given: CompilerInput) -> Iterator[Namesake]:
    """The snapshots of SQL files; a file without a block of its own is one by its name."""
    for file in given.project.files:
        if file.kind == "snapshot":
            text = given.files.text(file.path)
            blocks = [block for block in find_blocks(text) if block.kind == "snapshot"]
            for block in blocks:
                span = span_of(file.path, text, block.start, block.body_start)
                yield Namesake("snapshot", block.name, span)
            if not blocks:
                yield Namesake("snapshot", PurePosixPath(file.path).stem, file_span(file.path))


def _unread(given: CompilerInput, faults: Iterable[Diagnostic], facts: FileFacts) -> Iterator[Namesake]:
    """The files of which nobody knows what they define: Python that cannot be imported, YAML that is none ..."""
    kinds = {file.path: file.kind for file in given.project.files}
    for each in facts.python.values():
        fault = next((problem for problem in each.reading.problems if problem.code == "E117"), None)
        if fault is not None and fault.span is not None and (each.reading.needs_import or not each.reading.assets):
            what = "does not import" if "does not import" in fault.message else "does not parse"
            yield Namesake("file", "", fault.span, f"{what} (E117")
    for fault in faults:
        if fault.code == "E122" and fault.span is not None:
            yield Namesake("file", "", fault.span, "is no YAML (E122")
    for path, fault in given.files.problems.items():
        if kinds.get(path) == "python":
            yield Namesake("file", "", file_span(path), f"cannot be read ({fault.code}")
