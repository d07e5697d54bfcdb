"""The SQL of data tests, and what their counts mean; a query of a test returns the rows that are wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from assetc.compiler.asset import Check, CheckConfig

CheckStatus: TypeAlias = Literal["pass", "warn", "fail", "error"]
Quote: TypeAlias = Callable[[str], str]

SINGULAR = "singular"

ARGUMENTS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "unique": ((), ()),
    "not_null": ((), ()),
    "accepted_values": (("values",), ("quote",)),
    "relationships": (("to", "field"), ()),
}
"""What each built-in check needs, and what else it takes."""

GENERIC_TESTS = tuple(ARGUMENTS)

_OPERATORS = frozenset(("and", "between", "case", "in", "is", "like", "not", "or"))


def failing_rows(check: Check, relations: Sequence[str], quote: Quote) -> str:
    """The query of a built-in generic test. Raises KeyError for a kind that is not built in.

    `relations` are the texts of the relations that the check reads, each once, its own first: the last one is the
    parent of a relationship, which may be itself.
    """
    own = filtered(relations[0], check.config.where)
    column = column_text(check.column or "", quote)
    arguments = dict(check.arguments)
    match check.kind:
        case "unique":
            return _unique(own, column)
        case "not_null":
            return f"select {column}\nfrom {own}\nwhere {column} is null"
        case "accepted_values":
            return _accepted_values(own, column, arguments)
        case "relationships":
            return _relationships(own, column, relations[-1], column_text(str(arguments["field"]), quote))
    raise KeyError(check.kind)


def count_failures(rows: str, config: CheckConfig) -> str:
    """The statement whose one row is the number of failures and whether they should warn and be an error."""
    limit = "" if config.limit is None else f"\nlimit {config.limit}"
    count = config.fail_calc
    return (
        f"select\n  {count} as failures,\n  {count} {config.warn_if} as should_warn,\n"
        f"  {count} {config.error_if} as should_error\nfrom (\n{rows.strip().rstrip(';')}{limit}\n) dbt_internal_test"
    )


def judge(row: Sequence[object], config: CheckConfig) -> CheckStatus:
    """The status that the row of `count_failures` means; no number of failures is an error."""
    failures, should_warn, should_error = row
    if failures is None:
        return "error"
    if should_error and config.severity == "error":
        return "fail"
    return "warn" if should_warn else "pass"


def column_text(column: str, quote: Quote) -> str:
    """A column's name, quoted; what is not a name but an expression or already quoted stays as it is."""
    return quote(column) if _is_name(column) else column


def _is_name(column: str) -> bool:
    words = column.split(" ")
    return "_".join(words).isidentifier() and (len(words) == 1 or _OPERATORS.isdisjoint(map(str.lower, words)))


def filtered(relation: str, where: str | None) -> str:
    """The rows of a relation that a check looks at, as SQL writes them in a FROM."""
    return f"(select * from {relation} where {where}) dbt_subquery" if where else relation


def _unique(own: str, column: str) -> str:
    return (
        f"select {column} as unique_field, count(*) as n_records\nfrom {own}\n"
        f"where {column} is not null\ngroup by {column}\nhaving count(*) > 1"
    )


def _accepted_values(own: str, column: str, arguments: Mapping[str, object]) -> str:
    values = arguments["values"]
    quoted = arguments.get("quote", True) is not False
    items = values if isinstance(values, list | tuple) else [values]
    accepted = ", ".join(_literal(item) if quoted else str(item) for item in items)
    return (
        "with all_values as (\n"
        f"  select {column} as value_field, count(*) as n_records\n  from {own}\n  group by {column}\n)\n"
        f"select *\nfrom all_values\nwhere value_field not in ({accepted})"
    )


def _relationships(own: str, column: str, parent: str, field: str) -> str:
    return (
        f"with child as (\n  select {column} as from_field from {own} where {column} is not null\n),\n"
        f"parent as (\n  select {field} as to_field from {parent}\n)\n"
        "select from_field\nfrom child\nleft join parent on child.from_field = parent.to_field\n"
        "where parent.to_field is null"
    )


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
