"""What is wrong with a text: code, the characters it is about, the phrase, the hint."""

from __future__ import annotations

import pytest

from assetc.compiler.sql.read_sql import read_sql

CASES = [
    ("duckdb", "select * form orders", "E111", "orders", "unexpected orders", "Did you mean from instead of form?"),
    ("duckdb", "selct * from orders", "E111", "from", "missing before from", "Did you mean select instead of selct?"),
    ("duckdb", "select f(a from t", "E111", "from", "expected ), found from", ""),
    ("duckdb", "select 1 +", "E111", "+", "the text ends too early", ""),
    ("duckdb", "select 'abc", "E111", "'", "' is opened and never closed", "Close it with '"),
    ("duckdb", "select 1 /* abc", "E111", "/*", "/* is opened and never closed", "Close it with */"),
    ("duckdb", "select a,, b from t", "E111", ",", "unexpected ,", ""),
    ("duckdb", "select a from t group by", "E111", "group by", "nothing follows group by", ""),
    ("duckdb", "select {{ x }} from t", "E111", "{{", "{{ is left of a template", ""),
    ("duckdb", "select 1 {% if a %}", "E111", "{%", "{% is left of a template", ""),
    ("duckdb", "{# note #} select 1", "E111", "{#", "{# is left of a template", ""),
    ("duckdb", "a + 1", "E111", "a + 1", "an expression, not a statement", "Begin with select"),
    ("duckdb", "", "E111", "", "the model is empty", "Write a query"),
    ("duckdb", "-- nothing\n;", "E111", "", "the model is empty", "only comments"),
    ("duckdb", "with a as (select 1)", "E111", ")", "no query follows the WITH", ""),
    ("snowflake", "call load_orders('x')", "W201", "call", "LOAD_ORDERS", "deps"),
    ("snowflake", "execute immediate 'select * from ' || x", "W201", "execute", "dynamic SQL", "deps"),
    ("duckdb", "from query_table(getvariable('t'))", "W201", "", "query_table()", "deps"),
    ("snowflake", "select * from identifier($t)", "W201", "", "identifier()", "deps"),
    ("postgres", "select * from dblink('x', 'select 1') as t(a int)", "W201", "", "dblink()", "deps"),
    ("duckdb", "export database 'd'", "W201", "export", "EXPORT touches", "deps"),
]


@pytest.mark.parametrize(("dialect", "sql", "code", "marked", "message", "hint"), CASES)
def test_a_problem_has_its_place(dialect: str, sql: str, code: str, marked: str, message: str, hint: str) -> None:
    (problem,) = read_sql(sql, dialect).problems
    assert problem.code == code
    assert sql[problem.start : problem.end] == marked
    assert message in problem.message
    assert hint in problem.hint
    assert not problem.message.endswith(".")


def test_each_wrong_statement_is_told_and_hides_no_other() -> None:
    sql = "select * from a; selec * from b; select * from c where; select * from d"
    reading = read_sql(sql, "duckdb")
    assert [sql[item.start : item.end] for item in reading.problems] == ["from", "where"]
    certain = {item.parts[0] for item in reading.references if item.certainty == "certain"}
    assert certain == {"a", "d"}


@pytest.mark.parametrize(
    "sql",
    [
        "select '{{ x }}' from t",
        "-- {{ x }}\nselect 1",
        "select {'a': {'b': 1}}",
        "/* {% x %} */ select 1",
        'select "{{" from t',
        "select x, from t",
    ],
)
def test_what_only_looks_wrong_is_right(sql: str) -> None:
    assert read_sql(sql, "duckdb").problems == ()


def test_a_deep_text_is_told_and_a_long_one_is_read() -> None:
    for begins, ends in (("(", ")"), ("[", "]"), ("{'a': ", "}"), ("case when 1 then ", " end"), ("(select ", ")")):
        (problem,) = read_sql(f"select {begins * 10000}1{ends * 10000}", "duckdb").problems
        assert "nested too deeply" in problem.message
    long = read_sql(f"select {' + '.join(['x'] * 20000)} from t", "duckdb")
    assert [item.parts for item in long.references] == [("t",)]
    wide = read_sql(" union all ".join(f"select * from t{number}" for number in range(2000)), "duckdb")
    assert len(wide.references) == 2000
