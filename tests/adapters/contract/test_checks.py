"""Data tests: the rows that each finds, and what their number means."""

from __future__ import annotations

import pytest
from contract_target import Target

from assetc.compiler.asset import Check, CheckConfig, NodeId
from assetc.compiler.checks import count_failures, failing_rows, judge
from assetc.compiler.place import Span
from assetc.definitions.key import AssetKey

ORDERS = """
    select * from (values (1, 'new', 10), (2, 'paid', 10), (2, 'it''s', 30), (null, null, null))
    as t(id, state, customer)
"""


def check(kind: str, config: CheckConfig, column: str | None, **arguments: object) -> Check:
    key = AssetKey("orders")
    return Check(
        NodeId("test", "shop", "name"),
        "name",
        kind,
        (key,),
        config,
        Span("x.yml", 0, 0, 1, 1),
        column,
        tuple(arguments.items()),
    )


def outcome(target: Target, made: Check, sql: str = "") -> tuple[object, str]:
    target.run("orders", ORDERS)
    target.run("customers", "select 10 as id union all select 20")
    relations = (target.name("orders"), target.name("customers"))
    (row,) = target.rows(count_failures(sql or failing_rows(made, relations, target.adapter.quote), made.config))
    return row[0], judge(row, made.config)


@pytest.mark.parametrize(
    ("kind", "column", "arguments", "failures"),
    [
        ("unique", "id", {}, 1),
        ("unique", "id + customer", {}, 0),
        ("not_null", "id", {}, 1),
        ("not_null", "ID", {}, 1),
        ("not_null", "case when id = 1 then 1 end", {}, 3),
        ("accepted_values", "state", {"values": ["new", "paid"]}, 1),
        ("accepted_values", "state", {"values": ["new", "paid", "it's"]}, 0),
        ("accepted_values", "id", {"values": [1, 2], "quote": False}, 0),
        ("accepted_values", "id", {"values": [1]}, 1),
        ("relationships", "customer", {"to": "ref('customers')", "field": "id"}, 1),
    ],
)
def test_generic_tests(target: Target, kind: str, column: str, arguments: dict[str, object], failures: int) -> None:
    expected = (failures, "fail" if failures else "pass")
    assert outcome(target, check(kind, CheckConfig(), column, **arguments)) == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (3, "fail")),
        ({"severity": "warn"}, (3, "warn")),
        ({"where": "id > 2"}, (0, "pass")),
        ({"limit": 2}, (2, "fail")),
        ({"error_if": "> 3"}, (3, "warn")),
        ({"error_if": "> 3", "warn_if": ">= 4"}, (3, "pass")),
        ({"error_if": "between 1 and 3"}, (3, "fail")),
        ({"fail_calc": "max(id)"}, (2, "fail")),
        ({"fail_calc": "sum(nullif(id, id))"}, (None, "error")),
    ],
)
def test_what_the_number_of_failures_means(
    target: Target, settings: dict[str, object], expected: tuple[object, str]
) -> None:
    config = CheckConfig(**settings)  # type: ignore[arg-type]
    query = f"select id from {target.name('orders')} where true -- all of them"
    if config.where is None:
        assert (
            outcome(target, check("singular", config, None), query.replace("true", "id is not null") + "\n;\n")
            == expected
        )
    else:
        assert outcome(target, check("not_null", config, "customer")) == expected


def test_a_column_with_a_space_is_a_column(target: Target) -> None:
    target.run("odd", 'select null as "a b", 1 as "select"')
    for column, failures in (("a b", 1), ("select", 0)):
        made = check("not_null", CheckConfig(), column)
        ((found, _, _),) = target.rows(
            count_failures(failing_rows(made, (target.name("odd"),), target.adapter.quote), made.config)
        )
        assert found == failures


def test_another_kind_is_not_built_in() -> None:
    with pytest.raises(KeyError):
        failing_rows(check("is_even", CheckConfig(), "id"), ("orders",), str)
