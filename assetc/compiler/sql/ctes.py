"""Whether the name of a table means a CTE: which CTEs are visible where differs between dialects."""

from __future__ import annotations

from sqlglot import exp

from assetc.compiler.sql.fold import fold
from assetc.compiler.sql.vocabulary import cte_rules


def cte_name(dialect: str, identifier: exp.Expr) -> str:
    """The name of a CTE, folded; BigQuery folds it although it folds no table."""
    if dialect == "bigquery":
        return identifier.name.lower()
    return fold(dialect, identifier.name, quoted=bool(identifier.args.get("quoted")))


def find_cte(dialect: str, table: exp.Expr, name: str) -> exp.Expr | None:
    """The CTE that the unqualified `name` means at the position of `table`, the innermost one first."""
    child, node = table, table.parent
    cte: exp.Expr | None = None
    arm: str | None = None  # in which argument of the innermost set operation we are
    while node is not None:
        if isinstance(node, exp.SetOperation) and child.arg_key != "with_":
            arm = child.arg_key
        elif isinstance(node, exp.CTE):
            cte = node
        with_ = node.args.get("with_")
        if isinstance(with_, exp.With):
            inside = cte if child is with_ else None
            for candidate in reversed(_named(dialect, with_, name)):
                if _is_visible(with_, candidate, inside, arm, dialect):
                    return candidate
        child, node = node, node.parent
    return None


def _named(dialect: str, with_: exp.With, name: str) -> list[exp.Expr]:
    """The CTEs of that name; the names are folded once and kept with the node."""
    names = with_.meta.get("assetc_names")
    if names is None:
        names = {}
        for cte in with_.expressions:
            alias = cte.args.get("alias")
            if alias is not None and isinstance(alias.this, exp.Identifier):
                names.setdefault(cte_name(dialect, alias.this), []).append(cte)
        with_.meta["assetc_names"] = names
    found: list[exp.Expr] = names.get(name, [])
    return found


def _is_visible(with_: exp.With, candidate: exp.Expr, inside: exp.Expr | None, arm: str | None, dialect: str) -> bool:
    """Whether the CTE is seen from inside another one, from itself, or from the query after all of them."""
    if inside is None:
        return True
    rules = cte_rules(dialect)
    if candidate is inside:
        return _is_recursive(with_, inside, arm, dialect)
    if rules.forward or (rules.recursive_forward and bool(with_.args.get("recursive"))):
        return True
    return (candidate.index or 0) < (inside.index or 0)


def _is_recursive(with_: exp.With, cte: exp.Expr, arm: str | None, dialect: str) -> bool:
    """Whether the CTE's own name means itself in this arm of its body."""
    rules = cte_rules(dialect)
    if not (with_.args.get("recursive") or rules.implicit_recursion):
        return False
    body = cte.this.unnest()
    if not isinstance(body, exp.SetOperation):
        return False
    if not with_.args.get("recursive") and not _names_itself(body, cte, dialect):
        return False
    return not (rules.anchor_sees_table and arm == "this")


def _names_itself(body: exp.SetOperation, cte: exp.Expr, dialect: str) -> bool:
    """Whether the second arm reads the CTE: without the keyword, only that makes it recursive."""
    known: bool | None = cte.meta.get("assetc_names_itself")
    if known is None:
        name = cte_name(dialect, cte.args["alias"].this)
        known = any(
            isinstance(table.this, exp.Identifier)
            and not table.args.get("db")
            and cte_name(dialect, table.this) == name
            for table in body.expression.find_all(exp.Table)
        )
        cte.meta["assetc_names_itself"] = known
    return known
