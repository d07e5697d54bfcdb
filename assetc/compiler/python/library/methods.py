"""Methods of strings, lists, dicts and paths."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from assetc.compiler.python.follow.assign import change
from assetc.compiler.python.follow.items import elements_of
from assetc.compiler.python.follow.known import choice, known_text, only_text
from assetc.compiler.python.follow.machine import Call, Machine
from assetc.compiler.python.follow.values import UNKNOWN, Choice, Constant, Entries, FilePath, Items, Text, Value
from assetc.compiler.python.library import strings

TextMethod = Callable[[Text, Call], Value | None]

NOTHING = Constant(None)


def call_method(machine: Machine, call: Call) -> Value | None:
    """The result of a method; None if the method is not known."""
    match call.receiver:
        case Text() as receiver:
            method = _TEXT_METHODS.get(call.name)
            return None if method is None else method(receiver, call)
        case Entries() as receiver:
            return _entries_method(receiver, call)
        case FilePath(path):
            return _path_method(machine, path, call)
        case Items(values) if call.name in ("copy", "index", "count"):
            return Items(values) if call.name == "copy" else UNKNOWN
        case Choice(values):
            each = [_on_choice(machine, call, value) for value in values]
            return None if None in each else choice([value for value in each if value is not None])
        case _:
            return None


def call_mutator(machine: Machine, call: Call) -> Value | None:
    """A method that changes a list or a dict in place (`append`, `update` ...); its result is None."""
    target = getattr(call.node.func, "value", None)
    if target is None or call.receiver is None or call.name not in _MUTATORS:
        return None
    receiver = call.receiver
    options = receiver.values if isinstance(receiver, Choice) else (receiver,)
    if not all(isinstance(option, (Items, Entries)) for option in options):
        return None
    change(machine, target, choice([_changed(option, call) for option in options]), call.scope)
    return NOTHING


_MUTATORS = frozenset({"append", "add", "extend", "insert", "update", "setdefault", "appendleft"})


def _changed(value: Value, call: Call) -> Value:
    first = call.positional[0] if call.positional else UNKNOWN
    match value:
        case Items(values) if call.name in ("append", "add"):
            return Items((*values, first))
        case Items(values) if call.name in ("extend", "update"):
            return Items((*values, *elements_of(first)))
        case Items(values) if call.name == "appendleft":
            return Items((first, *values))
        case Items(values) if call.name == "insert" and len(call.positional) == 2:
            at = first.value if isinstance(first, Constant) and isinstance(first.value, int) else len(values)
            return Items((*values[:at], call.positional[1], *values[at:]))
        case Entries(values, complete) if call.name == "update":
            more = first if isinstance(first, Entries) else Entries({}, complete=not call.positional)
            return Entries(values | more.values | dict(call.named), complete and more.complete)
        case Entries(values):
            return Entries(values, complete=False)
        case _:
            return UNKNOWN


def _on_choice(machine: Machine, call: Call, value: Value) -> Value | None:
    one = Call(call.node, call.name, call.callee, value, call.positional, call.named, call.scope, call.is_open)
    return None if isinstance(value, Choice) else call_method(machine, one)


def _entries_method(receiver: Entries, call: Call) -> Value | None:
    values = receiver.values
    match call.name:
        case "items" if receiver.complete:
            return Items(tuple(Items((known_text(key), value)) for key, value in values.items()))
        case "keys" if receiver.complete:
            return Items(tuple(known_text(key) for key in values))
        case "values" if receiver.complete:
            return Items(tuple(values.values()))
        case "get" | "pop" if call.positional:
            default = call.positional[1] if len(call.positional) > 1 else NOTHING
            key = only_text(call.positional[0])
            if key is None:
                return choice([*values.values(), UNKNOWN])
            return values.get(key, default if receiver.complete else UNKNOWN)
        case "copy":
            return receiver
        case _:
            return None


def _path_method(machine: Machine, path: str, call: Call) -> Value | None:
    arguments = [only_text(argument) for argument in call.positional]
    match call.name:
        case "read_text" | "read" | "read_bytes":
            return machine.read_text(path, call.scope)
        case "open" | "resolve" | "absolute" | "expanduser" | "as_posix" | "__enter__":
            return FilePath(path)
        case "joinpath" if None not in arguments:
            return FilePath(posixpath.join(path, *(argument for argument in arguments if argument)))
        case "with_name" | "with_suffix" | "with_stem" if len(arguments) == 1 and arguments[0]:
            try:
                return FilePath(str(getattr(PurePosixPath(path), call.name)(arguments[0])))
            except ValueError:
                return UNKNOWN
        case "exists" | "is_file" | "glob" | "iterdir" | "rglob" | "write_text" | "mkdir" | "close":
            return UNKNOWN
        case _:
            return None


def _joined(receiver: Text, call: Call) -> Value:
    return strings.join(receiver, call.positional[0]) if call.positional else UNKNOWN


def _replaced(receiver: Text, call: Call) -> Value:
    if len(call.positional) < 2:
        return UNKNOWN
    return strings.replace_text(receiver, call.positional[0], call.positional[1])


def _filled(receiver: Text, call: Call) -> Value:
    given = call.positional[0] if call.positional else None
    named = given.values if isinstance(given, Entries) else {}
    return strings.fill_template(receiver, {**named, **call.named})


def _stripped(receiver: Text, call: Call) -> Value:
    return receiver if call.positional else strings.strip(receiver, call.name)


def _without(receiver: Text, call: Call) -> Value:
    known, part = only_text(receiver), only_text(call.positional[0]) if call.positional else None
    if known is None or part is None:
        return receiver
    return known_text(known.removeprefix(part) if call.name == "removeprefix" else known.removesuffix(part))


def _formatted_map(receiver: Text, call: Call) -> Value:
    given = call.positional[0] if call.positional else None
    return strings.format_text(receiver, (), given.values if isinstance(given, Entries) else {})


_TEXT_METHODS: Mapping[str, TextMethod] = {
    **dict.fromkeys(
        ("lower", "upper", "title", "casefold", "capitalize"),
        lambda receiver, call: strings.change_case(receiver, call.name),
    ),
    **dict.fromkeys(("encode", "decode", "expandtabs", "bindparams"), lambda receiver, call: receiver),
    **dict.fromkeys(("substitute", "safe_substitute", "render"), _filled),
    **dict.fromkeys(("strip", "lstrip", "rstrip"), _stripped),
    **dict.fromkeys(("removeprefix", "removesuffix"), _without),
    **dict.fromkeys(("startswith", "endswith"), lambda receiver, call: UNKNOWN),
    "format": lambda receiver, call: strings.format_text(receiver, call.positional, dict(call.named)),
    "format_map": _formatted_map,
    "join": _joined,
    "replace": _replaced,
    "split": lambda receiver, call: (
        strings.split_text(receiver, call.positional[0] if call.positional else NOTHING) or UNKNOWN
    ),
    "splitlines": lambda receiver, call: strings.split_text(receiver, known_text("\n")) or UNKNOWN,
}
