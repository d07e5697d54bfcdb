"""Carries out the operations of one step in a session: transactions, questions, checks, and the row count."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from typing import TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import Question, Refused, Rendering, Rows, Session, Statement, WarehouseError
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.operation import (
    Append,
    Atomically,
    Column,
    CreateEmpty,
    CreateTable,
    DeleteInsert,
    Describe,
    FindChanged,
    FindEmpty,
    LoadSeed,
    LoadValue,
    Merge,
    Operation,
    Operations,
    RefuseRows,
    Report,
    RunChecks,
    WriteRows,
)
from assetc.compiler.place import Span
from assetc.definitions.relation import Relation

Item = TypeVar("Item")
Answer = TypeVar("Answer")

Render: TypeAlias = Callable[[Operation], Rendering]
"""How an operation becomes statements: an adapter's `render`, or one that lets macros of the project do it."""

_WRITES_ROWS = (Append, CreateEmpty, CreateTable, DeleteInsert, LoadSeed, Merge, WriteRows)


def _ignore(_: object) -> None:
    """What happens to what nobody listens to."""


class Listener(Struct, frozen=True):
    """What hears of a step that is carried out. What `check` raises abandons it, and so does a reported error."""

    send: Callable[[Statement], None] = _ignore
    check: Callable[[Relation], None] = _ignore
    report: Callable[[Diagnostic], None] = _ignore


def perform(operations: Operations, render: Render, session: Session, listener: Listener) -> int | None:
    """Carry out all operations; the rows written, where known. After a rollback it raises what went wrong."""
    step = _Step(render, session, listener)
    step.drive(operations)
    return step.rows


def perform_each(operations: Iterable[Operation], render: Render, session: Session) -> None:
    """Carry out operations of which nothing is asked and nobody wants to hear. Raises WarehouseError."""
    step = _Step(render, session, Listener())
    for operation in operations:
        step.carry_out(operation)


class _Step(Struct):
    """One step being carried out: `rows` is what its latest writing operation wrote."""

    render: Render
    session: Session
    listener: Listener
    rows: int | None = None

    def drive(self, operations: Operations) -> None:
        with closing(operations):
            operation = next(operations, None)
            while operation is not None:
                operation = _answered(operations, self.carry_out(operation))

    def carry_out(self, operation: Operation) -> tuple[Column, ...]:
        match operation:
            case Describe(relation):
                return self.session.columns(relation)
            case FindEmpty(_, columns) | FindChanged(into=columns):
                return tuple(column for column, found in zip(columns, self.ask(operation), strict=True) if found)
            case RefuseRows(fault=fault):
                self.refuse(fault, self.ask(operation))
            case LoadValue(relation, value, temporary):
                self.rows = self.session.write(relation, value, temporary=temporary)
            case RunChecks(relation):
                self.listener.check(relation)
            case Report(fault):
                self.report(fault)
            case Atomically(operations):
                self.carry_out_atomically(operations)
            case _:
                self.execute(operation)
        return ()

    def ask(self, operation: Operation) -> tuple[object, ...]:
        """The one row of the query that an operation is."""
        (statement,) = self.statements(self.render(operation))
        self.listener.send(statement)
        try:
            return self.session.query(statement.sql)[1][0]
        except WarehouseError as error:
            error.statement = statement
            raise

    def refuse(self, fault: Diagnostic, answer: tuple[object, ...]) -> None:
        if answer[0]:
            self.report(replace(fault, message=fault.message.replace("{count}", str(answer[0]))))

    def carry_out_atomically(self, operations: tuple[Operation, ...] | Operations) -> None:
        self.session.begin()
        try:
            self.drive_all(operations)
            self.session.commit()
            self.pass_on_warnings()
        except BaseException:
            self.session.rollback()
            raise

    def drive_all(self, operations: tuple[Operation, ...] | Operations) -> None:
        if isinstance(operations, tuple):
            for operation in operations:
                self.carry_out(operation)
            return
        self.drive(operations)

    def execute(self, operation: Operation) -> None:
        rows = None
        for statement in self.statements(self.render(operation)):
            self.listener.send(statement)
            try:
                rows = self.session.execute(statement)
            except WarehouseError as error:
                error.statement = statement
                if isinstance(operation, LoadSeed) and error.line is not None:
                    raise bad_row(operation.file, error) from error
                raise
            self.pass_on_warnings()
        if isinstance(operation, _WRITES_ROWS):
            self.rows = rows

    def pass_on_warnings(self) -> None:
        for message in self.session.warnings():
            self.report(diagnostic("W302", message))

    def statements(self, rendering: Rendering) -> Iterator[Statement]:
        """The statements as they come, each to be executed before the next; questions are asked on the way."""
        if isinstance(rendering, tuple):
            yield from rendering
            return
        item = next(rendering, None)
        while item is not None:
            rows: Rows = []
            if isinstance(item, Question):
                _, rows = self.session.query(item.sql)
            else:
                yield item
            item = _answered(rendering, rows)

    def report(self, fault: Diagnostic) -> None:
        if fault.severity == "error":
            raise Refused(fault)
        self.listener.report(fault)


def _answered(generator: Generator[Item, Answer, None], answer: Answer) -> Item | None:
    """What comes after an answer; None at the end."""
    try:
        return generator.send(answer)
    except StopIteration:
        return None


_ROW_HINT = "Correct the row, or say under `column_types` in a .yml file what its values are"


def bad_row(file: str, error: WarehouseError) -> Refused:
    """A row of a seed that cannot be loaded: the fault (E175) at its line."""
    place = Span(file, 0, 0, error.line or 1, 1)
    message = f"this row cannot be loaded: {error.message}"
    return Refused(diagnostic("E175", message, place, hint=error.hint or _ROW_HINT))
