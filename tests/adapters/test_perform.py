"""How operations are carried out, whatever the warehouse."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assetc.adapters.duckdb.adapter import adapter
from assetc.adapters.perform import perform_each
from assetc.adapters.protocol import Question, Rendering, Session, Statement, WarehouseError
from assetc.compiler.operation import Operation, RunSql


@pytest.fixture
def session() -> Iterator[Session]:
    parsed = adapter.parse({}, ".")
    assert not isinstance(parsed, tuple)
    warehouse = parsed.connect()
    yield warehouse.session()
    warehouse.close()


def test_a_rendering_may_ask_between_its_statements(session: Session) -> None:
    answers = []

    def render(operation: Operation) -> Rendering:
        answers.append((yield Question("select 1 union all select 2 order by 1")))
        for (number,) in answers[0]:
            answers.append((yield Statement(f"create table t{number} as select {number} as x")))
        answers.append((yield Question("select x from t2")))

    perform_each((RunSql(""),), render, session)
    assert answers == [[(1,), (2,)], [], [], [(2,)]]


def test_a_question_that_fails_ends_the_operation(session: Session) -> None:
    def render(operation: Operation) -> Rendering:
        yield Statement("create table t as select 1 as x")
        yield Question("select * from nowhere")
        yield Statement("drop table t")

    with pytest.raises(WarehouseError, match="nowhere"):
        perform_each((RunSql(""),), render, session)
    assert session.query("select x from t")[1] == [(1,)]
