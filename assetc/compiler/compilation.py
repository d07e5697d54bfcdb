"""What a project compiles to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from itertools import chain
from typing import Literal, TypeAlias

from msgspec import Struct

from assetc.compiler.asset import Graph
from assetc.compiler.diagnostic import Diagnostic, Faults, in_order
from assetc.compiler.names.namesake import Namesake
from assetc.compiler.place import TextId
from assetc.definitions.key import AssetKey

WrittenRelation: TypeAlias = tuple[AssetKey, tuple[str, ...]]
WrittenFile: TypeAlias = tuple[AssetKey, str]
ColumnNames: TypeAlias = dict[AssetKey, tuple[str, ...] | None]
TemplateRead: TypeAlias = tuple[str, str, str]
"""A `Read` of a template: its kind, its name, and a hash of what was seen."""

Pass: TypeAlias = Literal["open", "read", "define", "declare", "understand", "hooks", "resolve", "checks", "connect"]
"""Who finds faults, in order: the reader of files, then the passes."""

Owner: TypeAlias = tuple[Pass, TextId]
"""A pass, and the text for which it found something."""


class Compilation(Struct, frozen=True, dict=True):
    """The graph, everything that is wrong, and what is derived along the graph.

    `faults` are kept by who found them for what, so that a text that is compiled again takes back its own. `written`
    are the relations that the bodies of Python assets create, `written_files` the files that assets write; `reads` is
    what templates looked at outside of the project's files (variables, environment, target), `outside` the content
    hashes of files outside of its folders that Python files lead to: while these and the project's files are the same,
    so is the compilation. `is_seen`: templates look at the graph, so that every edit concerns them.
    """

    graph: Graph
    faults: Mapping[Owner, tuple[Diagnostic, ...]]
    columns: ColumnNames
    written: tuple[WrittenRelation, ...]
    reads: tuple[TemplateRead, ...] = ()
    outside: tuple[tuple[str, str], ...] = ()
    written_files: tuple[WrittenFile, ...] = ()
    others: tuple[Namesake, ...] = ()
    """What bears a name and is no asset."""
    is_seen: bool = False

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All faults, each once, in the order of their places."""
        return in_order(chain.from_iterable(self.faults[owner] for owner in sorted(self.faults)))


class WorkDone(Struct, frozen=True):
    """How much work a compilation was: files read, SQL texts parsed, models whose columns were derived."""

    read: int = 0
    parsed: int = 0
    derived: int = 0

    def __add__(self, more: WorkDone) -> WorkDone:
        return WorkDone(self.read + more.read, self.parsed + more.parsed, self.derived + more.derived)


def faults_after(
    before: Mapping[Owner, tuple[Diagnostic, ...]],
    found: Mapping[Pass, Faults],
    dirty: Collection[TextId],
    unreadable: Mapping[str, Diagnostic],
) -> dict[Owner, tuple[Diagnostic, ...]]:
    """All faults now: each pass takes back what it said before of a text. An unreadable file has no other fault.

    What was said of a piece of a text goes when that text is dirty: the piece may be no more.
    """
    now = {(name, text): problems for name, faults in found.items() for text, problems in faults.items()}
    opened: dict[Owner, tuple[Diagnostic, ...]] = {
        ("open", text): (unreadable[text.path],) if text.path in unreadable else () for text in dirty
    }
    paths = {text.path for text in dirty}
    faults = {owner: each for owner, each in before.items() if not (owner[1].part and owner[1].path in paths)} | now
    if unreadable:
        faults = {owner: _elsewhere(problems, unreadable) for owner, problems in faults.items()}
    return {owner: problems for owner, problems in (faults | opened).items() if problems}


def _elsewhere(problems: tuple[Diagnostic, ...], paths: Collection[str]) -> tuple[Diagnostic, ...]:
    return tuple(problem for problem in problems if problem.span is None or problem.span.path not in paths)
