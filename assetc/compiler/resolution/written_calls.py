"""`ref('orders')` and `var('least')` as the arguments of checks have them, without the braces of a template."""

from __future__ import annotations

import re
from typing import TypeGuard

from assetc.compiler.config_text import ConfigText
from assetc.compiler.names.names import Candidates, Names, Ref, find_key, find_ref, find_source
from assetc.compiler.template.rendered import TemplateReference
from assetc.compiler.template.surroundings import Template
from assetc.compiler.template.tags import has_tags
from assetc.compiler.template.value import as_expression
from assetc.definitions.key import AssetKey

_WORD = r"(?:'[^']*'|\"[^\"]*\"|\w+\s*=\s*[\w.'\"]+)"
_LITERAL_CALL = re.compile(rf"(?:ref|source)\s*\(\s*{_WORD}(?:\s*,\s*{_WORD})*\s*\)")
_SETTING = re.compile(r"\s*(?:env_var|var)\s*\(.+\)\s*", re.DOTALL)


def template_of(text: ConfigText) -> Template | None:
    """The template that an argument is, if it is one: `var('x')` is one without braces, as in dbt."""
    if _SETTING.fullmatch(text.text):
        return Template(str(text.id), f"{{{{ {text.text} }}}}")
    return text.template if has_tags(text.text) else None


def with_bare_calls(arguments: tuple[tuple[str, object], ...]) -> tuple[tuple[str, object], ...]:
    """The arguments, in which `{{ ref('orders') }}` is written `ref('orders')`: they mean the same."""
    return tuple((key, _bare(value)) for key, value in arguments)


def _bare(value: object) -> object:
    expression = as_expression(value) if isinstance(value, str) else None
    return expression if expression is not None and _LITERAL_CALL.fullmatch(expression) else value


def is_call(value: object) -> TypeGuard[str]:
    """Whether the argument of a check is `ref(...)` or `source(...)`."""
    return isinstance(value, str) and value.lstrip().startswith(("ref(", "source(")) and value.rstrip().endswith(")")


def find_written(names: Names, written: str, owner: AssetKey) -> Candidates:
    """The assets that `ref('orders')`, `source('crm', 'users')` or a plain `orders` can mean."""
    words = words_of_call(written)
    if not is_call(written):
        return find_key(names, words[0], owner)
    if written.lstrip().startswith("ref("):
        version = next((word.partition("=")[2].strip() for word in words if "=" in word), None)
        return find_ref(names, Ref.of([word for word in words if "=" not in word], version), owner)
    return find_source(names, words[0], words[-1])


def find_call(names: Names, call: TemplateReference, owner: AssetKey) -> Candidates:
    """What `ref()` or `source()` in a template can mean."""
    if call.kind == "ref":
        return find_ref(names, Ref.of(call.arguments, call.version), owner)
    return find_source(names, call.arguments[0], call.arguments[-1]) if call.kind == "source" else ()


def words_of_call(written: str) -> list[str]:
    """The names in a call, or the one that is no call."""
    name, bracket, arguments = written.strip().partition("(")
    return [word.strip().strip("'\"") for word in arguments.rstrip(") ").split(",")] if bracket else [name]
