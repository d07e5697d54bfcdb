"""Small values of ours as plain ones, and back: what a snapshot is made of, and every command reads.

`marshal` is the fastest reader that Python has; its format belongs to one version, which the cache names in its own.
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping
from typing import Any

from assetc.compiler.asset import CheckConfig, DeclaredColumn, Source
from assetc.compiler.config import AssetConfig, Hook
from assetc.compiler.diagnostic import Annotation, Diagnostic
from assetc.compiler.names.namesake import Namesake
from assetc.compiler.place import Span
from assetc.compiler.project import CheckSpec, Entry
from assetc.definitions.key import AssetKey
from assetc.definitions.relation import Relation

TUPLE, KEY = 0, 1
FORMS: tuple[type[Any], ...] = (
    Annotation,
    AssetConfig,
    CheckConfig,
    CheckSpec,
    DeclaredColumn,
    Diagnostic,
    Entry,
    Hook,
    Namesake,
    Relation,
    Source,
    Span,
)
FIRST_FORM = 2
_NUMBERS = {form: number for number, form in enumerate(FORMS, FIRST_FORM)}
_ATOMS = frozenset({str, int, float, bool, type(None), bytes})


def read_plain(content: bytes | None) -> Any:
    """The plain value that `marshal` wrote; None if there is none, or if it cannot be read."""
    try:
        return None if content is None else marshal.loads(content)  # noqa: S302  our cache, of this version of Python
    except (ValueError, TypeError, EOFError):
        return None


def to_plain(value: Any) -> Any:
    """Tuples, lists, dicts and atoms that say the same. Other values stay, and `marshal` refuses them."""
    kind = type(value)
    if kind in _ATOMS:
        return value
    if kind is tuple:
        return (TUPLE, *map(to_plain, value))
    if kind in _NUMBERS:
        return (_NUMBERS[kind], *(to_plain(getattr(value, name)) for name in kind.__struct_fields__))
    if kind is AssetKey:
        return (KEY, *value.parts)
    if isinstance(value, Mapping):
        return {key: to_plain(each) for key, each in value.items()}
    if kind is list:
        return [to_plain(each) for each in value]
    return value


def from_plain(plain: Any) -> Any:
    """The value that `to_plain` took apart."""
    kind = type(plain)
    if kind is tuple:
        form = plain[0]
        if form == KEY:
            return AssetKey(plain[1:])
        items = [each if type(each) in _ATOMS else from_plain(each) for each in plain[1:]]
        return tuple(items) if form == TUPLE else FORMS[form - FIRST_FORM](*items)
    if kind is dict:
        return {key: from_plain(each) for key, each in plain.items()}
    if kind is list:
        return [from_plain(each) for each in plain]
    return plain
