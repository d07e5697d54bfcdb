"""USE, SET search_path and ATTACH: statements that change what later names mean."""

from __future__ import annotations

import re

from sqlglot import exp

from assetc.compiler.sql.script_state import ScriptState
from assetc.compiler.sql.vocabulary import SET_CHANGES_SCHEMA, USE_NAMES_DATABASE

_SEARCH_PATH = re.compile(
    r"(?:session |local )?\"?(search_path|schema)\"?\s*(?:=|to)\s*(.*)", re.IGNORECASE | re.DOTALL
)
_ELSEWHERE = frozenset({"WAREHOUSE", "ROLE", "SECONDARY ROLES"})


def change_session(script: ScriptState, statement: exp.Expr) -> bool:
    """Apply the statement if it changes the session; whether it did."""
    if isinstance(statement, exp.Use):
        _use(script, statement)
    elif isinstance(statement, exp.Attach):
        alias = statement.this.alias if isinstance(statement.this, exp.Expr) else ""
        if alias:
            script.attached.add(alias.lower())
    elif isinstance(statement, exp.Set):
        return _set(script, statement)
    else:
        return False
    return True


def _use(script: ScriptState, statement: exp.Expr) -> None:
    table, kind = statement.this, str(statement.args.get("kind") or "").upper()
    if not isinstance(table, exp.Table) or kind in _ELSEWHERE:
        return
    parts = [script.fold(part) for part in table.parts if isinstance(part, exp.Identifier)]
    if len(parts) == 2:
        script.database, script.schema = parts
    elif not parts:
        return  # USE of a variable
    elif kind in ("DATABASE", "CATALOG") or (not kind and script.dialect in USE_NAMES_DATABASE):
        script.database, script.schema = parts[-1], None
    else:
        script.schema = parts[-1]


def _set(script: ScriptState, statement: exp.Expr) -> bool:
    """`set search_path to a, b`: the first schema is where unqualified names are looked up."""
    for item in statement.expressions:
        match = _SEARCH_PATH.match(item.sql(dialect=script.dialect) if isinstance(item, exp.Expr) else "")
        if match is not None and (match[1].lower() == "search_path" or script.dialect in SET_CHANGES_SCHEMA):
            script.database, script.schema = None, match[2].split(",")[0].strip(" '\"").lower()
            return True
    return False
