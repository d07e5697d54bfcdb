"""How the operations of one step become statements: by a macro of the project where it has one, else by the adapter."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import Adapter, Places, Question, Rendering, Rows, Statement, Written
from assetc.compiler.asset import Asset
from assetc.compiler.asset_texts import text_of_asset
from assetc.compiler.config_text import ConfigText
from assetc.compiler.operation import Column, CreateEmpty, LoadSeed, Operation, RunSql
from assetc.compiler.template.render import call_macro
from assetc.runtime.compiled_sql import SqlCompiler, raise_fault
from assetc.runtime.execution.work import Attempt
from assetc.runtime.steps.macro_calls import Call, call_of, parts_of
from assetc.runtime.steps.session_answers import SessionActs

_COMMENTS = re.compile(r"(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*", re.DOTALL)


class MacroRenderer(Struct, frozen=True):
    """What `perform` calls for each operation of a step. Hooks are rendered here, when their turn comes.

    `macros` are those of the project and its packages that render operations; most projects have none.
    """

    compiler: SqlCompiler
    asset: Asset
    attempt: Attempt
    incremental: bool
    macros: frozenset[str]

    def __call__(self, operation: Operation) -> Rendering:
        """The statements of an operation."""
        if isinstance(operation, RunSql):
            return self._hook(operation) if operation.is_hook else (_of_script(operation),)
        calls = [
            (part, call_of(part, self.compiler.adapter.quote, self.macros))
            for part in parts_of(operation)
            if self.macros
        ]
        if not any(call for _, call in calls):
            return self.compiler.adapter.render(operation)
        return self._by_macros(calls)

    def _by_macros(self, calls: Iterable[tuple[Operation, Call | None]]) -> Generator[Statement | Question, Rows, None]:
        """The statements of the parts of an operation. A macro is called when all before it has been executed."""
        for part, call in calls:
            rest = part if call is None else _made_before(part, self.compiler.adapter)
            rendering = () if rest is None else self.compiler.adapter.render(rest)
            if isinstance(rendering, tuple):
                for statement in rendering:
                    yield statement
            else:
                yield from rendering
            if call is not None:
                for statement in self._called(call, getattr(part, "sql", "")):
                    yield statement

    def _called(self, call: Call, query: str) -> tuple[Statement, ...]:
        """What a macro wrote; nothing where it did its work itself, by `statement`. `query` is the author's SQL."""
        ask = SessionActs(self.attempt.session, self.compiler.adapter)
        around = self.compiler.moment_of(self.asset, incremental=self.incremental)
        called = call_macro(call.macro, call.arguments, around, ask)
        raise_fault(called.problems, ask)
        self.attempt.pass_on(called.logs, called.problems)
        body = called.text.find(query) if query else -1
        return _statement(called.text, body)

    def _hook(self, hook: RunSql) -> tuple[Statement, ...]:
        ask = SessionActs(self.attempt.session, self.compiler.adapter)
        text = text_of_asset(self.asset, hook.title, hook.sql, hook.span)
        compiled = self.compiler.hook(self.asset, text, incremental=self.incremental, ask=ask)
        self.attempt.pass_on(compiled.rendered.logs, compiled.rendered.problems)
        written = Written(
            text.title, text.span, lambda start, length: self._moved(text, compiled.places(start, length))
        )
        return tuple(replace(each, written=written) for each in _statement(compiled.sql, -1))

    def _moved(self, text: ConfigText, places: Places) -> Places:
        """The places of a text in its file."""
        span, behind = places
        return text.moved(span, self.compiler.workspace.files.text), behind


def _of_script(statement: RunSql) -> Statement:
    """A statement of the model's own SQL; the offsets of that count from the query at its end."""
    return Statement(statement.sql, body=statement.before_query)


def _statement(text: str, body: int) -> tuple[Statement, ...]:
    """A text as a statement, if it says anything; it may have no part that is the author's SQL (-1)."""
    comments = _COMMENTS.match(text)
    if comments is not None and comments.end() == len(text):
        return ()
    return (Statement(text, body=body if body >= 0 else None),)


def _made_before(operation: Operation, adapter: Adapter) -> Operation | None:
    """What must be there before a macro does the rest: the table whose rows it loads."""
    if not isinstance(operation, LoadSeed):
        return None
    columns = tuple(Column(column.name, adapter.type_of(column)) for column in operation.columns)
    return CreateEmpty(operation.relation, columns)
