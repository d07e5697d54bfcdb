"""The notes taken while a body is followed: relations read and written, and what could not be known."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable

from msgspec import Struct, field

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span
from assetc.compiler.python.body.embedded_sql import (
    EmbeddedSql,
    assemble,
    has_hole,
    problems_of,
    read_embedded,
    show,
    temporary_names,
)
from assetc.compiler.python.follow.values import Scope, Text, Value
from assetc.compiler.python.reading import PythonReference
from assetc.compiler.reference import Certainty, Reference, ReferenceKind
from assetc.compiler.sql.fold import split_name
from assetc.compiler.sql.judged import SqlReader

ADD_DEPS = "Name what it reads in deps=[...] of the asset"
READS_OR_WRITES = frozenset(("read", "write", "table_function", "unknown"))

Noted = dict[tuple[object, ...], PythonReference]


class BodyNotes(Struct, eq=False):
    """The notes on one body.

    `session_names` are views and temporary tables that the body itself created; `files` are those that it read, with
    their texts.
    """

    reader: SqlReader
    references: Noted = field(default_factory=dict)
    writes: Noted = field(default_factory=dict)
    local_frames: dict[str, None] = field(default_factory=dict)
    session_names: set[tuple[str, ...]] = field(default_factory=set)
    problems: dict[tuple[str, Span | None], Diagnostic] = field(default_factory=dict)
    config: list[tuple[ast.keyword, Value, Scope]] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    unresolved: bool = False

    def add(self, noted: PythonReference) -> None:
        """Keep one note for each name, the most certain one; none for what the session created itself."""
        reference = noted.reference
        if reference.parts in self.session_names or not reference.parts:
            return
        notes = self.writes if reference.kind in ("write", "file_write", "stage_write") else self.references
        identity = (noted.kind, reference.kind, reference.parts, reference.operation)
        known = notes.get(identity)
        if known is None or (known.reference.certainty, reference.certainty) == ("likely", "certain"):
            notes[identity] = noted

    def add_named(self, kind: ReferenceKind, names: Iterable[str], span: Span, operation: str = "") -> None:
        """Note relations by their names as text."""
        for name in names:
            reference = Reference(kind, split_name(self.reader.dialect, name), operation=operation)
            self.add(PythonReference("py-sql", reference, span))

    def forget_read(self, folder: str) -> None:
        """Forget the notes on files whose text is part of the code; `folder` is that of the module."""
        for identity, noted in list(self.references.items()):
            if noted.reference.kind == "file_read" and noted.kind == "file":
                path = noted.reference.parts[0]
                places = (posixpath.normpath(each) for each in (path, posixpath.join(folder, path)))
                if not self.files.keys().isdisjoint(places):
                    del self.references[identity]

    def add_session_names(self, names: Iterable[str]) -> None:
        """From now on these names mean tables of the session."""
        self.session_names.update(split_name(self.reader.dialect, name) for name in names)

    def unknown(self, message: str, span: Span) -> None:
        """Something that the body reads or writes is not known."""
        self.unresolved = True
        self._problem(diagnostic("W201", message, span, hint=ADD_DEPS))

    def add_sql(self, text: Text, span: Span, scope: Scope, certainty: Certainty) -> None:
        """Note what each possible text of SQL reads and writes; `span` is the place of what has none of its own."""
        for line in text.lines:
            sql = assemble(line)
            if sql.is_one_hole:
                self.unknown("this SQL is not known before it runs", span)
                continue
            doubtful = len(text.lines) > 1 or sql.has_holes
            self._add_statement(sql, span, scope, "likely" if doubtful else certainty)

    def _add_statement(self, sql: EmbeddedSql, span: Span, scope: Scope, certainty: Certainty) -> None:
        reading = read_embedded(sql.text, self.reader)
        for problem in problems_of(reading) if certainty == "certain" else ():
            place = sql.span(problem.start, problem.end, span)
            code = "W250" if problem.code == "E111" else problem.code
            self._problem(diagnostic(code, f"in a Python body, {problem.message}", place, hint=problem.hint))
        for problem in reading.problems:
            if problem.code == "W201":
                self.unknown(problem.message, sql.span(problem.start, problem.end, span))
        for found in reading.references:
            place = sql.span(found.start, found.end, span)
            if has_hole(found) or found.kind == "unknown":
                self._add_computed(found, place)
                continue
            sure: Certainty = "likely" if "likely" in (certainty, found.certainty) else "certain"
            written = sql.text[found.start : found.end] if found.start >= 0 else found.parts[-1]
            self._add_found(found, written, place, scope, sure)
        self.session_names.update(temporary_names(sql.text, self.reader.dialect))

    def _add_computed(self, found: Reference, span: Span) -> None:
        if found.kind in READS_OR_WRITES:
            what = "a source" if found.kind == "unknown" else "a table name"
            self.unknown(f"{what} in this SQL is computed: {show('.'.join(found.parts))}", span)

    def _add_found(self, found: Reference, written: str, span: Span, scope: Scope, certainty: Certainty) -> None:
        if found.parts == ("self",):  # polars: `frame.sql("select * from self")`
            return
        is_local = found.kind == "read" and len(found.parts) == 1 and scope.frame_name(written)
        if is_local and found.parts not in self.session_names:
            self.local_frames[found.parts[0]] = None
        reference = Reference(found.kind, found.parts, certainty, found.operation, has_alias=found.has_alias)
        self.add(PythonReference("py-sql", reference, span))

    def _problem(self, problem: Diagnostic) -> None:
        self.problems.setdefault((problem.code, problem.span), problem)
