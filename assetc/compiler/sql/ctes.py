"""Whether a name in place of a table means a CTE: each dialect has its own rule of who sees which."""

from __future__ import annotations

from itertools import takewhile

from sqlglot import exp

from assetc.compiler.sql.fold import fold
from assetc.compiler.sql.vocabulary import CteRules, cte_rules


def cte_name(dialect: str, identifier: exp.Expr) -> str:
    """The name of a CTE, folded; BigQuery folds it although it folds no table."""
    if dialect == "bigquery":
        return identifier.name.lower()
    return fold(dialect, identifier.name, quoted=bool(identifier.args.get("quoted")))


def find_cte(dialect: str, table: exp.Expr, name: str) -> exp.Expr | None:
    """The CTE that the unqualified `name` means where `table` stands, the innermost one first."""
    rules = cte_rules(dialect)
    child, node = table, table.parent
    cte: exp.Expr | None = None
    arm: str | None = None  # in which argument of the innermost set operation we are
    while node is not None:
        if isinstance(node, exp.SetOperation):
            arm = child.arg_key
        elif isinstance(node, exp.CTE):
            cte = node
        with_ = node.args.get("with_")
        if isinstance(with_, exp.With):
            inside = cte if child is with_ else None
            visible = _siblings(with_, inside, rules)
            if inside is not None and _is_recursive(with_, inside, arm, rules):
                visible.append(inside)
            found = [other for other in visible if _has_name(dialect, other, name)]
            if found:
                return found[-1]
        child, node = node, node.parent
    return None


def _siblings(with_: exp.With, inside: exp.Expr | None, rules: CteRules) -> list[exp.Expr]:
    """The other CTEs that are visible inside one of them, or in the query behind all of them."""
    if inside is None:
        return list(with_.expressions)
    if rules.forward or (rules.recursive_forward and bool(with_.args.get("recursive"))):
        return [cte for cte in with_.expressions if cte is not inside]
    return list(takewhile(lambda cte: cte is not inside, with_.expressions))


def _has_name(dialect: str, cte: exp.Expr, name: str) -> bool:
    alias = cte.args.get("alias")
    identifier = alias.this if alias is not None else None
    return identifier is not None and cte_name(dialect, identifier) == name


def _is_recursive(with_: exp.With, cte: exp.Expr, arm: str | None, rules: CteRules) -> bool:
    """Whether the CTE's own name means itself in this arm of its body."""
    if not (with_.args.get("recursive") or rules.implicit_recursion):
        return False
    if not isinstance(cte.this.unnest(), exp.SetOperation):
        return False
    return not (rules.anchor_sees_table and arm == "this")
