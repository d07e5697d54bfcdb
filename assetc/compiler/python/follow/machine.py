"""The state of following code without running it; the meaning of expressions and statements is passed in."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

from msgspec import Struct, field

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.python.follow.values import (
    UNKNOWN,
    AssetDecorator,
    AssetFunction,
    Closure,
    Module,
    Piece,
    Scope,
    Text,
    Value,
)
from assetc.compiler.python.python_text import FileLiteral

MOST_NODES = 60_000
DEEPEST_EXPRESSION = 90
DEEPEST_CALL = 6
MOST_RECURSION = 4

DATA_SUFFIXES = frozenset((
    ".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".geojson", ".xml", ".html", ".parquet", ".avro", ".orc", ".arrow",
    ".feather", ".xls", ".xlsx", ".gz", ".zst", ".bz2", ".xz", ".zip", ".db", ".duckdb", ".sqlite", ".pkl", ".pickle",
))  # fmt: skip
"""Files that hold data and no code: they are sources, and their texts are nobody's SQL."""

ReadFile: TypeAlias = Callable[[str], str | None]


class Call(Struct, frozen=True):
    """A call whose function and arguments have been evaluated. `is_open`: it has arguments that are not known."""

    node: ast.Call
    name: str
    callee: Value
    receiver: Value | None
    positional: Sequence[Value]
    named: Mapping[str, Value]
    scope: Scope
    is_open: bool = False


class Observer(Protocol):
    """Receives the calls that happen while a body is followed."""

    def reached(self, call: Call) -> None:
        """A call of something outside the project, before anything is known about it."""

    def called(self, call: Call) -> Value | None:
        """A call of something outside the project; returns its value, or None if it is to be worked out."""

    def passed_on(self, call: Call) -> None:
        """A call about which nothing at all is known."""

    def called_asset(self, call: Call, asset: AssetFunction) -> None:
        """A call of the function of an asset."""


class Define(Protocol):
    """Receives the definitions of assets."""

    def __call__(self, decorator: AssetDecorator, closure: Closure, *, guessed: bool) -> Value:
        """A function was made an asset; `guessed`: in a loop whose items are not known."""


Evaluate: TypeAlias = "Callable[[Machine, ast.expr, Scope], Value]"
Execute: TypeAlias = "Callable[[Machine, ast.stmt, Scope], bool]"


class Machine(Struct, eq=False):
    """Follows the code of the file `path`.

    `is_opaque`: only importing the file gives all its definitions; `guesses` is how many
    loops around the current statement have unknown items; `calls` are the functions that are being followed; `files`
    are the files that were read, with their texts, `top_files` those of them that were read at module level, `missing`
    those that do not exist.
    """

    expressions: Mapping[type[ast.expr], Evaluate]
    statements: Mapping[type[ast.stmt], Execute]
    read: ReadFile
    define: Define
    path: str = ""
    observer: Observer | None = None
    is_opaque: bool = False
    modules: dict[str, Module | None] = field(default_factory=dict)
    trees: dict[str, ast.Module] = field(default_factory=dict)
    bindings: dict[str, dict[str, list[ast.stmt]]] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    top_files: dict[str, str] = field(default_factory=dict)
    missing: dict[str, None] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    nodes: int = 0
    depth: int = 0
    calls: list[ast.AST] = field(default_factory=list)
    guesses: int = 0

    def evaluate(self, node: ast.expr | None, scope: Scope) -> Value:
        """The value of an expression; its calls are observed."""
        self.nodes += 1
        if node is None or self.depth > DEEPEST_EXPRESSION or self.is_exhausted:
            return UNKNOWN
        evaluate = self.expressions.get(type(node))
        if evaluate is None:
            return UNKNOWN
        self.depth += 1
        try:
            return evaluate(self, node, scope)
        finally:
            self.depth -= 1

    def run(self, body: Sequence[ast.stmt], scope: Scope) -> bool:
        """Follow statements in order; True if the code after them cannot be reached."""
        for statement in body:
            execute = self.statements.get(type(statement))
            if execute is not None and execute(self, statement, scope):
                return True
        return False

    @property
    def is_exhausted(self) -> bool:
        """Whether too much has been followed to go on."""
        return self.nodes > MOST_NODES

    def read_text(self, path: str, scope: Scope) -> Text | None:
        """The text of a project file, unless it holds data; looked up from the root, then from the module's folder."""
        if posixpath.splitext(path)[1].lower() in DATA_SUFFIXES:
            return None
        beside = posixpath.join(posixpath.dirname(scope.source.path), path)
        for candidate in dict.fromkeys(posixpath.normpath(each) for each in (path, beside)):
            if candidate.startswith(("/", "..")):
                continue
            text = self.read(candidate)
            if text is not None:
                self.files[candidate] = text
                return Text(((Piece(text, FileLiteral(candidate, text)),),))
            self.missing[candidate] = None
        return None
