"""The macros of a project and its packages: found by a cheap scan, parsed only when a template calls them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b

from msgspec import Struct

from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic
from assetc.compiler.place import Span, span_of
from assetc.compiler.template.blocks import Block, find_blocks

INTERNAL_PACKAGE = "dbt"
_CALLED = {"macro": "{0.name}", "test": "test_{0.name}", "materialization": "materialization_{0.name}_{0.adapter}"}
"""The names under which blocks are called, by their kinds."""


class MacroFile(Struct, frozen=True):
    """A file that holds macros."""

    path: str
    text: str
    package: str


class Macro(Struct, frozen=True):
    """A macro (or test, or materialization, under the name that calls it) and where it stands."""

    name: str
    file: MacroFile
    block: Block
    hash: str

    @property
    def key(self) -> tuple[str, str]:
        """Package and name."""
        return self.file.package, self.name

    @property
    def text(self) -> str:
        """Its definition, tags included."""
        return self.file.text[self.block.start : self.block.end]

    @property
    def opening(self) -> str:
        """Its opening tag, with its parameters."""
        return self.file.text[self.block.start : self.block.body_start]

    @property
    def span(self) -> Span:
        """Where its opening tag stands."""
        return span_of(self.file.path, self.file.text, self.block.start, self.block.body_start)


class MacroLibrary(Struct, frozen=True):
    """All macros by package and name. `problems` are blocks without an end and names defined twice.

    `called` holds them by each name that can call them: their own, and the one that is dispatched to them.
    """

    files: tuple[MacroFile, ...]
    macros: Mapping[tuple[str, str], Macro]
    packages: frozenset[str]
    called: Mapping[str, tuple[Macro, ...]]
    problems: tuple[Diagnostic, ...]

    @staticmethod
    def of(files: Iterable[MacroFile]) -> MacroLibrary:
        """The library of these files."""
        kept = tuple(files)
        found = [macro for file in kept for macro in find_macros(file)]
        macros: dict[tuple[str, str], Macro] = {}
        for macro in found:
            macros.setdefault(macro.key, macro)
        problems = (*_twice(found, macros), *(_unclosed(macro) for macro in found if not macro.block.closed))
        packages = frozenset(file.package for file in kept)
        return MacroLibrary(kept, macros, packages, _by_called_name(macros.values()), problems)

    def find(self, name: str, packages: Iterable[str]) -> Macro | None:
        """The macro of that name in the first of these packages that has it."""
        searched = packages if name in self.called else ()
        return next((self.macros[package, name] for package in searched if (package, name) in self.macros), None)

    def texts(self) -> dict[str, str]:
        """The files by path."""
        return {file.path: file.text for file in self.files}

    def tests(self) -> tuple[Macro, ...]:
        """The generic tests that `{% test %}` blocks define; they are called under `test_<name>`."""
        return tuple(macro for macro in self.macros.values() if macro.block.kind == "test")


def hash_text(text: str) -> str:
    """A short hash of a text."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _by_called_name(macros: Iterable[Macro]) -> dict[str, tuple[Macro, ...]]:
    index: dict[str, list[Macro]] = {}
    for macro in macros:
        index.setdefault(macro.name, []).append(macro)
        _, dispatched, bare = macro.name.partition("__")
        if dispatched and bare:
            index.setdefault(bare, []).append(macro)
    return {name: tuple(found) for name, found in index.items()}


def find_macros(file: MacroFile) -> Iterator[Macro]:
    """The macros of a file, in order."""
    for block in find_blocks(file.text):
        if block.kind in _CALLED:
            yield Macro(_CALLED[block.kind].format(block), file, block, hash_text(file.text[block.start : block.end]))


def _twice(found: Iterable[Macro], kept: Mapping[tuple[str, str], Macro]) -> Iterator[Diagnostic]:
    for macro in found:
        first = kept[macro.key]
        if first is not macro:
            yield diagnostic(
                "E138",
                f"the macro {macro.name} is defined twice",
                macro.span,
                hint="Rename or remove one of the two",
                related=(Annotation(first.span, "first defined here"),),
            )


def _unclosed(macro: Macro) -> Diagnostic:
    kind = macro.block.kind
    return diagnostic(
        "E130", f"the {kind} {macro.block.name} has no end", macro.span, hint=f"Close it with {{% end{kind} %}}"
    )
