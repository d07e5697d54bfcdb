"""Operations on strings that keep track of the literals that the parts come from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product

from assetc.compiler.python.follow.known import MOST_ALTERNATIVES, known_text, only_text, plain, text_of
from assetc.compiler.python.follow.members import attribute_of
from assetc.compiler.python.follow.values import (
    COUNTED_HOLE,
    HOLE,
    Argument,
    Choice,
    Constant,
    Entries,
    FilePath,
    Handle,
    Items,
    Line,
    Piece,
    Text,
    Value,
)

Filler = Callable[[re.Match[str]], Value]

_PERCENT = re.compile(r"%%|%(?:\((?P<name>\w+)\))?[-#0 +]*(?:\d+|\*)?(?:\.\d+)?[a-zA-Z]")
_FORMAT = re.compile(r"\{\{|\}\}|\{(?P<field>[^{}:!]*)(?:![rsa])?(?P<spec>:[^{}]*)?\}")
_STEP = re.compile(r"[.\[\]]+")
_DOLLAR = re.compile(r"\$\$|\$(?P<name>[A-Za-z_]\w*)|\$\{(?P<braced>[A-Za-z_]\w*)\}")
_JINJA = re.compile(r"\{\{\s*(?P<name>\w+)\s*\}\}")


def as_text(value: Value) -> Text:
    """A value as a part of a string; a hole if it is not known."""
    match value:
        case Text():
            return value
        case Constant(known) if not isinstance(known, bytes):
            return known_text(str(known))
        case FilePath(path):
            return known_text(path)
        case Handle() | Argument(is_relation=True):
            return Text(((COUNTED_HOLE,),))
        case Choice(values):
            return text_of(line for each in values for line in as_text(each).lines)
        case _:
            return Text(((HOLE,),))


def concatenate(parts: Sequence[Value]) -> Text:
    """The parts one after the other."""
    texts = [as_text(part).lines for part in parts]
    if all(len(lines) == 1 for lines in texts):
        return Text((tuple(piece for lines in texts for piece in lines[0]),))
    combinations: list[Line] = [()]
    for lines in texts:
        combinations = [(*head, *tail) for head, tail in product(combinations, lines)][: MOST_ALTERNATIVES + 1]
    return text_of(combinations)


def join(separator: Text, items: Value) -> Text:
    """`separator.join(items)`."""
    if isinstance(items, Choice):
        return text_of(line for each in items.values for line in join(separator, each).lines)
    if not isinstance(items, Items):
        return Text(((HOLE,),))
    parts: list[Value] = []
    for index, item in enumerate(items.values):
        parts += [separator, item] if index else [item]
    return concatenate(parts)


def percent(text: Text, arguments: Value) -> Text:
    """`text % arguments`."""
    named = arguments.values if isinstance(arguments, Entries) else {}

    def fill_each(line: Line) -> Iterable[Line]:
        given: Iterator[Value] = iter(arguments.values if isinstance(arguments, Items) else (arguments,))

        def fill(found: re.Match[str]) -> Value:
            if found[0] == "%%":
                return known_text("%")
            if found["name"]:
                return named.get(found["name"], Text(((HOLE,),)))
            return next(given, Text(((HOLE,),)))

        return substitute(line, _PERCENT, fill).lines

    return text_of(line for each in text.lines for line in fill_each(each))


def format_text(text: Text, positional: Sequence[Value], named: dict[str, Value]) -> Text:
    """`text.format(*positional, **named)`."""

    def fill_each(line: Line) -> Iterable[Line]:
        automatic = iter(range(len(positional)))

        def fill(found: re.Match[str]) -> Value:
            if found[0] in ("{{", "}}"):
                return known_text(found[0][0])
            name, path = _field_path(found["field"])
            index = int(name) if name.isdecimal() else next(automatic, -1) if not name else -1
            value = positional[index] if 0 <= index < len(positional) else named.get(name, Text(((HOLE,),)))
            for step in path:
                value = _member(value, step)
            return formatted_constant(value, found["spec"][1:]) if found["spec"] else value

        return substitute(line, _FORMAT, fill).lines

    return text_of(line for each in text.lines for line in fill_each(each))


def _field_path(field: str) -> tuple[str, list[str]]:
    """`c.name` and `d[name]` of a format: the argument, and the steps after it."""
    name, *steps = _STEP.split(field)
    return name, [step for step in steps if step]


def _member(value: Value, step: str) -> Value:
    if isinstance(value, Entries):
        return value.values.get(step, Text(((HOLE,),)))
    if isinstance(value, Items) and step.isdecimal() and int(step) < len(value.values):
        return value.values[int(step)]
    return attribute_of(value, step)


def formatted_constant(value: Value, spec: str) -> Value:
    """`f"{value:spec}"` of a number; any other value is unchanged."""
    if not isinstance(value, Constant):
        return value
    try:
        return known_text(format(value.value, spec))
    except (TypeError, ValueError):
        return Text(((HOLE,),))


def fill_template(text: Text, named: dict[str, Value]) -> Text:
    """`Template(text).substitute(**named)`, or the same of a Jinja template: names alone."""

    def fill(found: re.Match[str]) -> Value:
        if found[0] == "$$":
            return known_text("$")
        groups = found.groupdict()
        return named.get(groups.get("name") or groups.get("braced") or "", Text(((HOLE,),)))

    filled = text_of(line for each in text.lines for line in substitute(each, _DOLLAR, fill).lines)
    return text_of(line for each in filled.lines for line in substitute(each, _JINJA, fill).lines)


def substitute(line: Line, pattern: re.Pattern[str], fill: Filler) -> Text:
    """The line with each match of `pattern` in a piece replaced."""
    parts: list[Value] = []
    for piece in line:
        end = 0
        for found in pattern.finditer(piece.text):
            parts.append(_part(piece, end, found.start()))
            parts.append(fill(found))
            end = found.end()
        parts.append(_part(piece, end, len(piece.text)))
    return concatenate(parts)


def change_case(text: Text, method: str) -> Text:
    """`text.lower()` and the like."""
    change: Callable[[str], str] = getattr(str, method)
    return text_of(tuple(_changed(piece, change(piece.text)) for piece in line) for line in text.lines)


def strip(text: Text, method: str) -> Text:
    """`text.strip()`, `lstrip()` or `rstrip()`."""
    return text_of(_strip_line(line, method) for line in text.lines)


def replace_text(text: Text, old: Value, new: Value) -> Text:
    """`text.replace(old, new)`; an occurrence across a hole does not count."""
    wanted = only_text(old)
    if not wanted:
        return text_of((*line, HOLE) for line in text.lines)
    lines: list[Line] = []
    for line in text.lines:
        whole = plain(line)
        joined = line if whole is None or _inside(line, wanted, whole) else (Piece(whole),)
        lines += substitute(joined, re.compile(re.escape(wanted)), lambda _: new).lines
    return text_of(lines)


def split_text(text: Text, separator: Value) -> Value | None:
    """`text.split(separator)` of a string that is known."""
    whole, mark = only_text(text), None if separator == Constant(None) else only_text(separator)
    if whole is None or (mark is None and separator != Constant(None)) or mark == "":
        return None
    return Items(tuple(known_text(part) for part in whole.split(mark)))


def _inside(line: Line, wanted: str, whole: str) -> bool:
    return sum(piece.text.count(wanted) for piece in line) == whole.count(wanted)


def _part(piece: Piece, start: int, end: int) -> Text:
    if start == 0 and end == len(piece.text):
        return Text(((piece,),))
    if start == end:
        return Text(((),))
    return Text(((Piece(piece.text[start:end], piece.literal, piece.offset + start),),))


def _changed(piece: Piece, text: str) -> Piece:
    same_length = len(text) == len(piece.text)
    return piece._replace(text=text, literal=piece.literal if same_length else None)


def _strip_line(line: Line, method: str) -> Line:
    pieces = list(line)
    while method != "rstrip" and pieces and not pieces[0].is_hole:
        stripped = pieces[0].text.lstrip()
        if stripped:
            pieces[0] = pieces[0]._replace(text=stripped, offset=pieces[0].offset + len(pieces[0].text) - len(stripped))
            break
        pieces.pop(0)
    while method != "lstrip" and pieces and not pieces[-1].is_hole:
        stripped = pieces[-1].text.rstrip()
        if stripped:
            pieces[-1] = pieces[-1]._replace(text=stripped)
            break
        pieces.pop()
    return tuple(pieces)
