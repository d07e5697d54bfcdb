"""The syntax tree of a Python file, or why there is none."""

from __future__ import annotations

import ast
import warnings

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import file_span, span_of
from assetc.compiler.python.python_text import PythonText

BYTE_ORDER_MARK = "\ufeff"


def parse(source: PythonText) -> ast.Module | Diagnostic:
    """Parse a file; a syntax error is the diagnostic E117."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source.text.removeprefix(BYTE_ORDER_MARK))
    except SyntaxError as error:
        return _syntax_problem(source, error)
    except (ValueError, RecursionError, MemoryError) as error:
        return diagnostic("E117", f"{source.path} cannot be read as Python: {error}", file_span(source.path))


def _syntax_problem(source: PythonText, error: SyntaxError) -> Diagnostic:
    lines = source.text.splitlines(keepends=True)
    line = min(max(error.lineno or 1, 1), max(len(lines), 1))
    start = sum(len(each) for each in lines[: line - 1]) + max((error.offset or 1) - 1, 0)
    start = min(start, len(source.text))
    span = span_of(source.path, source.text, start, min(start + 1, len(source.text)))
    message = f"{source.path}:{line} does not parse as Python: {error.msg}"
    return diagnostic("E117", message, span, label=error.msg, hint="Correct the syntax of the file")
