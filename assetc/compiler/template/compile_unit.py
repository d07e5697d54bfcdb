"""Compiles one piece of Jinja text (a template, or one macro) so that every position in it stays known.

Jinja carries the number of a line from token to node to generated code. Here that number is a character offset in
the file: errors get exact columns, calls know where they stand, and outputs say where they come from.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from jinja2 import Template as JinjaTemplate
from jinja2 import nodes
from jinja2.exceptions import TemplateSyntaxError

from assetc.compiler.template.constant_calls import find_constant_calls
from assetc.compiler.template.environment import ENVIRONMENT, Environment
from assetc.compiler.template.literal_text import read_literal_text
from assetc.compiler.template.macros import Macro
from assetc.compiler.template.refusal import Unreadable
from assetc.compiler.template.unit import Unit

LIBRARY_PREFIX = "assetc_macro__"
"""Put before the name of a macro's definition, so that its name, also in its own body, means the library's."""


@lru_cache(maxsize=4096)
def compile_unit(path: str, file_text: str, start: int, end: int | None) -> Unit:
    """The compiled template that stands at `start` to `end` of a file. Raises Unreadable."""
    literal = read_literal_text(path, file_text, start, end)
    return _compile(path, file_text, (start, end), "") if literal is None else literal.unit


@lru_cache(maxsize=4096)
def compile_macro(macro: Macro) -> Unit:
    """The compiled definition of a macro, named with LIBRARY_PREFIX. Raises Unreadable."""
    return _compile(macro.file.path, macro.file.text, (macro.block.start, macro.block.end), LIBRARY_PREFIX)


def syntax_error(macro: Macro) -> Unreadable | None:
    """Why the definition of a macro is no Jinja, if it is none; to ask costs a third of compiling it."""
    try:
        with _unreadable(macro.file.path, macro.file.text, macro.block.start):
            copy.copy(ENVIRONMENT).parse_part(macro.file.path, macro.file.text, macro.block.start, macro.block.end)
    except Unreadable as error:
        return error
    return None


def _compile(path: str, file_text: str, part: tuple[int, int | None], prefix: str) -> Unit:
    environment = copy.copy(ENVIRONMENT)
    with _unreadable(path, file_text, part[0]):
        tree, tags = environment.parse_part(path, file_text, *part)
        for macro in tree.body:
            if prefix and isinstance(macro, nodes.Macro):
                macro.name = prefix + macro.name
        return _unit(environment, tree, tags, (path, file_text))


@contextmanager
def _unreadable(path: str, file_text: str, start: int) -> Iterator[None]:
    try:
        yield
    except TemplateSyntaxError as error:
        message = (error.message or "this is no Jinja").rstrip(".")
        raise Unreadable(path, file_text, message, error.lineno) from None
    except Exception as error:  # also what Jinja's and Python's compilers raise for strange texts
        raise Unreadable(path, file_text, f"Jinja cannot compile this ({error})", start) from None


def _unit(environment: Environment, tree: nodes.Template, tags: list[tuple[int, int]], file: tuple[str, str]) -> Unit:
    path, file_text = file
    found = list(tree.find_all((nodes.Name, nodes.Call, nodes.For)))
    names = [node for node in found if isinstance(node, nodes.Name)]
    calls = find_constant_calls([node for node in found if isinstance(node, nodes.Call)], names, file_text)
    assigned = frozenset(name.name for name in names if name.ctx != "load")
    for loop in (node for node in found if isinstance(node, nodes.For)):
        loop.body.insert(0, nodes.ExprStmt(nodes.EnvironmentAttribute("tick"), lineno=loop.lineno))
    tree.set_environment(environment)
    template = JinjaTemplate.from_code(environment, environment.compile(tree, path, path), {}, None)
    lines = tuple((line, offset) for offset, line in template.debug_info)
    run: Callable[..., Iterator[object]] = template.root_render_func
    unit = Unit(path, file_text, run, tuple(tags), calls, assigned, lines, "\r\n" in file_text)
    run.__globals__["assetc_unit"] = unit
    return unit
