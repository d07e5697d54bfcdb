"""Templates in configuration values: `{{ env_var('X', 'default') }}`, `{{ var('x') }}`, `{{ target.name }}`.

Nearly all of them are one call, which is evaluated here without Jinja; the rest is rendered like any template.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.place import Span
from assetc.compiler.project import Entry

SECRET_PREFIX = "DBT_ENV_SECRET"  # noqa: S105  it is what the names of secrets begin with
_PART = re.compile(r"\{\{-?(?P<expression>(?:(?!\}\}).)*?)-?\}\}|\{#.*?#\}", re.DOTALL)
_NO_DEFAULT = object()
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class TemplateNames(Struct, frozen=True):
    """What a configuration value may use. `may_use_secrets` is for profiles alone, `docs` for descriptions."""

    environment: Mapping[str, str]
    variables: Mapping[str, object]
    target: Mapping[str, object] | None = None
    may_use_secrets: bool = False
    docs: Callable[[], Mapping[str, str]] | None = None
    """The texts of the `{% docs %}` blocks by their names."""


def render_value(value: object, span: Span, names: TemplateNames) -> tuple[object, tuple[Diagnostic, ...]]:
    """The value with every template in it rendered. A text that is one expression becomes what that gives."""
    try:
        return _render(value, names), ()
    except _Fault as fault:
        return None, (diagnostic("E128", fault.message, span, hint=fault.hint),)


def render_entries(
    entries: Iterable[Entry], names: TemplateNames, later: Collection[str] = ()
) -> tuple[tuple[Entry, ...], tuple[Diagnostic, ...]]:
    """The entries with their templates rendered, except for the keys that come later; without those that cannot be."""
    finished: list[Entry] = []
    problems: list[Diagnostic] = []
    for entry in entries:
        value, found = (entry.value, ()) if entry.key in later else render_value(entry.value, entry.span, names)
        problems += found
        if not found:
            finished.append(entry if value == entry.value else replace(entry, value=value))
    return tuple(finished), tuple(problems)


class _Fault(Exception):  # noqa: N818  it carries words to `render_value` and goes no further
    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class _Beyond(Exception):  # noqa: N818  the same
    """The expression is more than is evaluated here."""


def _render(value: object, names: TemplateNames) -> object:
    if isinstance(value, dict):
        return {key: _render(each, names) for key, each in value.items()}
    if isinstance(value, list):
        return [_render(each, names) for each in value]
    if isinstance(value, str) and ("{{" in value or "{%" in value or "{#" in value):
        return _render_text(value, names)
    return value


def _render_text(text: str, names: TemplateNames) -> object:
    if "{%" in text or "{{" in _PART.sub("", text):
        return _render_by_jinja(text, names)
    try:
        whole = _PART.fullmatch(text.strip())
        if whole and whole["expression"] is not None:
            return _evaluate(whole["expression"], names)
        return _PART.sub(lambda part: _as_text(part["expression"], names), text)
    except _Beyond:
        return _render_by_jinja(text, names)


def _as_text(expression: str | None, names: TemplateNames) -> str:
    return "" if expression is None else str(_evaluate(expression, names))


def _render_by_jinja(text: str, names: TemplateNames) -> object:
    """A full rendering of what is more than a call; of a text that is one expression its value, as in dbt."""
    from assetc.compiler.template.plain import plain
    from assetc.compiler.template.surroundings import Flags, Surroundings, Template
    from assetc.compiler.template.value import render_to_value

    if names.target is None and re.search(r"\btarget\b", text):
        raise _Fault("target is not known yet where this stands")
    members = {
        "env_var": lambda *arguments: _env_var(list(arguments), names),
        "var": lambda *arguments: _var(list(arguments), names),
    }
    if names.docs is not None:
        members["doc"] = lambda *arguments: _doc(list(arguments), names.docs)
    surroundings = Surroundings("", _NO_TIME, target=names.target or {}, flags=Flags(execute=True), members=members)
    value, rendered = render_to_value(Template("", text), surroundings)
    if rendered.needs_warehouse or any(read.kind == "clock" for read in rendered.reads):
        message = f"this template cannot be rendered: {text.strip()}"
        raise _Fault(message, "Here nobody asks the warehouse or the clock")
    if rendered.problems:
        raise _Fault(rendered.problems[0].message, rendered.problems[0].hint)
    return plain(value)


def _evaluate(expression: str, names: TemplateNames) -> object:
    try:
        tree = ast.parse(expression.strip(), mode="eval")
        return _value(tree.body, names)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError) as error:
        raise _Beyond from error


def _value(tree: ast.expr, names: TemplateNames) -> object:
    match tree:
        case ast.Constant(value=value):
            return value
        case ast.Name(id="true" | "false" | "none" as word):
            return {"true": True, "false": False, "none": None}[word]
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _filtered(_value(left, names), right, names)
        case ast.Call(func=ast.Name(id="env_var"), args=arguments, keywords=[]):
            return _env_var([_value(each, names) for each in arguments], names)
        case ast.Call(func=ast.Name(id="var"), args=arguments, keywords=[]):
            return _var([_value(each, names) for each in arguments], names)
        case ast.Call(func=ast.Name(id="doc"), args=arguments, keywords=[]) if names.docs is not None:
            return _doc([_value(each, names) for each in arguments], names.docs)
        case ast.Attribute(value=ast.Name(id="target"), attr=field):
            return _of_target(field, names)
        case ast.Subscript(value=ast.Name(id="target"), slice=ast.Constant(value=str(field))):
            return _of_target(field, names)
    raise _Beyond


def _filtered(value: object, tree: ast.expr, names: TemplateNames) -> object:
    """`value | filter`: dbt's four, and the few of Jinja's that people use in configuration."""
    match tree:
        case ast.Name(id="as_text" | "string"):
            return str(value)
        case ast.Name(id="as_bool"):
            return {"true": True, "false": False}.get(str(value).casefold(), value)
        case ast.Name(id="as_number" | "as_native"):
            return _literal(value)
        case ast.Name(id="int") | ast.Call(func=ast.Name(id="int"), args=[], keywords=[]):
            return int(str(value))
    raise _Beyond


def _literal(value: object) -> object:
    try:
        return ast.literal_eval(value) if isinstance(value, str) else value
    except (ValueError, SyntaxError):
        return value


def _env_var(arguments: list[object], names: TemplateNames) -> object:
    name, default = _name_and_default("env_var", arguments)
    if name.startswith(SECRET_PREFIX) and not names.may_use_secrets:
        raise _Fault(f"the secret {name} can be used in profiles.yml alone")
    if name in names.environment:
        return names.environment[name]
    if default is not _NO_DEFAULT:
        return default
    near = did_you_mean(name, names.environment)
    hint = near or f"Set it, or give a default: env_var('{name}', '...')"
    raise _Fault(f"the environment variable {name} is not set", hint)


def _var(arguments: list[object], names: TemplateNames) -> object:
    name, default = _name_and_default("var", arguments)
    if name in names.variables:
        return names.variables[name]
    if default is not _NO_DEFAULT:
        return default
    near = did_you_mean(name, names.variables)
    raise _Fault(f"the variable {name} is not defined", near or f"Give it with --vars '{name}: ...'")


def _name_and_default(function: str, arguments: list[object]) -> tuple[str, object]:
    match arguments:
        case [str(name)]:
            return name, _NO_DEFAULT
        case [str(name), default]:
            return name, default
    raise _Fault(f"{function} takes a name and a default")


def _doc(arguments: list[object], docs: Callable[[], Mapping[str, str]] | None) -> str:
    match arguments:
        case [str(name)] | [str(), str(name)]:
            known = docs() if docs is not None else {}
        case _:
            raise _Fault("doc takes the name of a docs block, and before it that of a package")
    if name in known:
        return known[name]
    if len(arguments) > 1:  # no other package is loaded yet
        return ""
    hint = did_you_mean(name, known) or f"Write it in a .md file: {{% docs {name} %}} ... {{% enddocs %}}"
    raise _Fault(f"there is no docs block {name}", hint)


def _of_target(field: str, names: TemplateNames) -> object:
    if names.target is None:
        raise _Fault("target is not known yet where this stands")
    if field not in names.target:
        raise _Fault(f"the target has no field {field}", did_you_mean(field, names.target))
    return names.target[field]
