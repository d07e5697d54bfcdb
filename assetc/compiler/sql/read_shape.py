"""Finds the shape of a query: what its output columns are called, as far as its text tells."""

from __future__ import annotations

from sqlglot import exp

from assetc.compiler.sql.script import Script
from assetc.compiler.sql.shape import Shape
from assetc.compiler.sql.statement import Found


def read_shape(script: Script, query: exp.Expr) -> Shape | None:
    return None


def reads_whole_rows(query: exp.Expr, found: Found) -> bool:
    return True
