"""What is known while the statements of one text are read, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

from msgspec import Struct, field
from sqlglot import Token, exp
from sqlglot.dialects.dialect import Dialect

from assetc.compiler.reference import Certainty, Reference, ReferenceKind
from assetc.compiler.sql.fold import fold, split_name
from assetc.compiler.sql.offsets import alias_offset, name_offsets
from assetc.compiler.sql.reading import ColumnPrefix, SqlProblem
from assetc.compiler.sql.vocabulary import USE_NAMES_DATABASE, CteRules, cte_rules

Parts = tuple[str, ...]

NO_OFFSETS = (-1, -1)


@lru_cache(maxsize=32)
def sqlglot_dialect(name: str) -> Dialect:
    """The parser's dialect, made once."""
    return Dialect.get_or_raise(name)


class ScriptState(Struct):
    """The script's own names, its current database and schema, and what was found so far.

    `offset` is where the fragment being read begins in the text; None inside a string, where nothing has
    a position. `nesting` guards against SQL in strings in SQL in strings.
    """

    dialect: str
    fragment: str  # the piece of text that is being read, and its tokens
    tokens: list[Token]
    database: str | None
    schema: str | None
    attached: set[str] = field(default_factory=set)
    local: dict[Parts, bool] = field(default_factory=dict)  # name -> whether it is temporary
    local_functions: set[str] = field(default_factory=set)
    references: list[Reference] = field(default_factory=list)
    prefixes: list[ColumnPrefix] = field(default_factory=list)
    problems: list[SqlProblem] = field(default_factory=list)
    certainty: Certainty = "certain"
    offset: int | None = 0
    nesting: int = 0

    @property
    def rules(self) -> CteRules:
        """Who sees a CTE in this dialect."""
        return cte_rules(self.dialect)

    def fold(self, identifier: exp.Expr) -> str:
        """An identifier as the dialect stores a table's name."""
        return fold(self.dialect, identifier.name, quoted=bool(identifier.args.get("quoted")))

    def offsets_of(self, identifiers: Sequence[exp.Expr]) -> tuple[int, int]:
        """The position of a dotted name in the fragment, given its parts."""
        return name_offsets(identifiers, self.dialect, self.fragment)

    def alias_offset(self, offsets: tuple[int, int]) -> int:
        """Where an alias may be added to the table whose name is at `offsets`; -1 if nowhere."""
        return alias_offset(self.fragment, self.tokens, offsets, self.dialect) if offsets[0] >= 0 else -1

    def in_text(self, start: int, end: int) -> tuple[int, int]:
        """Offsets of the fragment as offsets of the text."""
        if self.offset is None or start < 0:
            return NO_OFFSETS
        return start + self.offset, end + self.offset

    def add(
        self,
        kind: ReferenceKind,
        parts: Parts,
        offsets: tuple[int, int] = NO_OFFSETS,
        *,
        operation: str = "",
        has_alias: bool = False,
        alias_at: int = -1,
    ) -> int:
        """Add a reference as it is; `offsets` are in the fragment. Its number is returned."""
        start, end = self.in_text(*offsets)
        alias_offset = self.in_text(alias_at, alias_at)[0]
        self.references.append(Reference(kind, parts, self.certainty, operation, start, end, has_alias, alias_offset))
        return len(self.references) - 1

    def read(
        self, parts: Parts, offsets: tuple[int, int] = NO_OFFSETS, *, has_alias: bool = False, alias_at: int = -1
    ) -> int | None:
        """Add a relation that is read, unless the script made it itself."""
        if parts in self.local or self.complete(parts) in self.local:
            return None
        return self.add("read", self.complete(parts), offsets, has_alias=has_alias, alias_at=alias_at)

    def write(
        self, parts: Parts, offsets: tuple[int, int] = NO_OFFSETS, *, operation: str, has_alias: bool = False
    ) -> int | None:
        """Add a relation that is written, unless it is temporary."""
        if self.local.get(parts):
            if operation == "drop":
                del self.local[parts]
            return None
        return self.add("write", self.complete(parts), offsets, operation=operation, has_alias=has_alias)

    def add_named(self, text: str, operation: str = "") -> None:
        """Add a relation whose name is in a string."""
        parts = split_name(self.dialect, text)
        if parts and operation:
            self.write(parts, operation=operation)
        elif parts:
            self.read(parts)

    def unknown(self, word: str, message: str, offsets: tuple[int, int] = NO_OFFSETS) -> None:
        """Add a source that is not known from the text, and a problem that says so."""
        self.add("unknown", (word,), offsets)
        self.problem("W201", message, *self.in_text(*offsets), hint="Name what it reads and writes with deps")

    def problem(self, code: str, message: str, start: int, end: int, *, hint: str = "") -> None:
        """Add a problem; without a position of its own it is at the beginning of the fragment."""
        if start < 0:
            start = end = self.offset or 0
        self.problems.append(SqlProblem(code, message, start, end, hint=hint))

    def complete(self, parts: Parts) -> Parts:
        """The name with what USE or a search path said before."""
        if len(parts) == 1 and self.schema is not None:
            return (*((self.database,) if self.database is not None else ()), self.schema, *parts)
        if self.database is None or len(parts) > 2:
            return parts
        if len(parts) == 1:
            return (self.database, "", *parts) if self.dialect in USE_NAMES_DATABASE else parts
        return parts if parts[0] in self.attached else (self.database, *parts)

    @contextmanager
    def inside_string(self) -> Iterator[None]:
        """While SQL in a string is read: it has no position, and it is likely at best."""
        before = self.offset, self.certainty
        self.offset, self.certainty = None, "likely"
        self.nesting += 1
        try:
            yield
        finally:
            self.offset, self.certainty = before
            self.nesting -= 1

    @contextmanager
    def at(self, offset: int) -> Iterator[None]:
        """While a fragment is read that begins at `offset` of the current one."""
        before = self.offset
        self.offset = None if before is None else before + offset
        self.nesting += 1
        try:
            yield
        finally:
            self.offset = before
            self.nesting -= 1

    @contextmanager
    def reading(self, fragment: str, tokens: list[Token]) -> Iterator[None]:
        """While the statements of `fragment` are read."""
        before = self.fragment, self.tokens
        self.fragment, self.tokens = fragment, tokens
        try:
            yield
        finally:
            self.fragment, self.tokens = before
