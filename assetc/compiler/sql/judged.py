"""What the parser of the warehouse says of a text that ours cannot read: a gap of our parser is no fault of the text.

If it accepts the text, or there is none to be asked, the text stays as it is written and a warning says what is not
known of it. The names in it were found by the words before them.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.sql.judge import Judge
from assetc.compiler.sql.problems import PREFIX
from assetc.compiler.sql.read_sql import read_sql
from assetc.compiler.sql.reading import SqlProblem, SqlReading
from assetc.compiler.sql.refusals import refusal_problem
from assetc.compiler.sql.split import StatementText, split_statements


class SqlReader(Struct, frozen=True):
    """Reads SQL in one dialect; `judge` is asked about what our parser cannot read, if it knows the dialect."""

    dialect: str
    judge: Judge | None

    def read(self, sql: str) -> SqlReading:
        """Everything that is known from a text, and what is wrong with it."""
        reading = read_sql(sql, self.dialect)
        if all(problem.stands == "always" for problem in reading.problems):
            return reading
        problems = dict.fromkeys(_judged(reading, split_statements(sql, self.dialect), self._judge()))
        return replace(reading, problems=tuple(problems), is_judged=True)

    def _judge(self) -> Judge | None:
        known = self.judge
        return known if known is not None and known.dialect == self.dialect and known.version else None


def _judged(reading: SqlReading, statements: tuple[StatementText, ...], judge: Judge | None) -> Iterator[SqlProblem]:
    """The problems of a text after the judge was asked about each statement that has one."""
    for problem in reading.problems:
        statement = next((each for each in statements if each.holds(problem.start)), None)
        if problem.stands == "always" or statement is None:
            yield problem
        elif judge is None:
            yield problem if problem.stands == "unless accepted" else _gap(problem, _NOBODY)
        else:
            refusal = judge.refusal(statement.sql)
            yield refusal_problem(refusal, problem, statement, reading.dialect) if refusal else _gap(problem, _ACCEPTED)


_ACCEPTED = "The warehouse accepts it, so it runs as it is written"
_NOBODY = "Only the warehouse can tell whether it is valid: it runs as it is written"


def _gap(problem: SqlProblem, verdict: str) -> SqlProblem:
    """W226: our parser stopped, and whoever knows better did not, or nobody does."""
    message = f"assetc cannot read this SQL: {problem.message.removeprefix(PREFIX)}"
    hint = f"{verdict}; what it reads is found by the words before names, and its columns are not known"
    if verdict == _NOBODY and problem.hint:
        hint = f"{problem.hint} {hint}"
    return replace(problem, code="W226", message=message, label="read up to here", hint=hint)
