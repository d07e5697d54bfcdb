"""Turns an exception that ended a render into a diagnostic with its places."""

from __future__ import annotations

import re
from collections.abc import Iterable

from jinja2.exceptions import SecurityError

from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic, did_you_mean
from assetc.compiler.place import Span, file_span, span_of
from assetc.compiler.template.absent import UnknownName, no_such_name
from assetc.compiler.template.asking import NeedsWarehouse, QueryFailed
from assetc.compiler.template.environment import ENVIRONMENT
from assetc.compiler.template.parser import BLOCK_TAGS
from assetc.compiler.template.position import Position, positions_of
from assetc.compiler.template.refusal import Exhausted, Refused, Returned, Unreadable
from assetc.compiler.template.rendering import Rendering

_WRONG_ARGUMENTS = re.compile(r"\bargument|\bparameter")
_WORD = re.compile(r"\w+")
_STATEMENTS = (*BLOCK_TAGS, "if", "elif", "else", "for", "set", "do", "macro", "call", "filter", "raw", "with")
_UNKNOWN: tuple[tuple[re.Pattern[str], Iterable[str]], ...] = (
    (re.compile(r"unknown tag '(\w+)'"), (*_STATEMENTS, *(f"end{name}" for name in _STATEMENTS))),
    (re.compile(r"o filter named '(\w+)'"), ENVIRONMENT.filters),
    (re.compile(r"o test named '(\w+)'"), ENVIRONMENT.tests),
)
_ENDLESS = re.compile(r"^unexpected end of template|^missing end of comment")
_EXPECTED = re.compile(r"expected token '(.+?)', got '(.+?)'")
_CLOSING = {"{{": "}}", "{%": "%}", "{#": "#}"}
_TOKENS = {"end of print statement": "}}", "end of statement block": "%}", "name": "a name", "string": "a text"}
_UNCLOSED = re.compile(r"innermost block that needs to be closed is '(\w+)'")
DEEPEST_CALLS = 8
"""How many of the calls that led to a fault are shown."""

_POSITION = re.compile(r" at \d+$")
_OBJECT = re.compile(r"<[\w.]+ object at 0x[0-9a-f]+>")


def fault_of(error: BaseException, rendering: Rendering) -> Diagnostic:
    """What went wrong, where it stands, and the calls that led there."""
    positions = positions_of(error.__traceback__)
    if isinstance(error, Unreadable):
        return unreadable(error, positions)
    code, message, hint = _told(error, rendering)
    places = [_place(position, error) for position in positions] or [file_span(rendering.unit.path)]
    if isinstance(error, Refused | NeedsWarehouse):
        places.reverse()
        labels = ["in this macro"] * (len(places) - 1)
    else:
        labels = ["called here"] * (len(places) - 1)
    notes = (Annotation(place, label) for place, label in zip(places[1:], labels, strict=True))
    related = _without_middle(tuple(dict.fromkeys(notes)))
    return diagnostic(code, _one_line(message), places[0], hint=_one_line(hint), related=related)


def _without_middle(notes: tuple[Annotation, ...]) -> tuple[Annotation, ...]:
    """The calls, those in the middle left out where they are many: the last is the file that needed it all."""
    return notes if len(notes) <= DEEPEST_CALLS else (*notes[: DEEPEST_CALLS - 1], notes[-1])


def unreadable(error: Unreadable, positions: list[Position] | None = None) -> Diagnostic:
    """A text that is no Jinja, and the call that needed it."""
    related = [Annotation(position.tag_span(), "needed here") for position in positions or ()]
    message = _POSITION.sub("", error.message[:1].lower() + error.message[1:])
    message = _EXPECTED.sub(lambda found: f"expected {_plain_token(found[1])}, found {_plain_token(found[2])}", message)
    unclosed = _UNCLOSED.search(message)
    if unclosed is not None:
        span = _opening_of(error, unclosed[1])
        hint = f"Close it with {{% end{unclosed[1]} %}}"
        return diagnostic("E130", f"the {unclosed[1]} block has no end", span, hint=hint, related=related)
    if _ENDLESS.search(message):
        return _endless_tag(error, related)
    word, known = _unknown_word(message)
    hint = "No block is open here that it could belong to" if word in known else did_you_mean(word, known)
    return diagnostic("E130", message, _word_span(error), hint=hint, related=related)


def _endless_tag(error: Unreadable, related: list[Annotation]) -> Diagnostic:
    """A tag that the text ends in."""
    before = error.file_text[: error.offset + 1]
    start, opening = max((before.rfind(each), each) for each in _CLOSING)
    start = max(start, 0)
    span = span_of(error.path, error.file_text, start, start + len(opening))
    closing = _CLOSING[opening]
    return diagnostic(
        "E130", f"this {opening} has no {closing}", span, hint=f"Close it with {closing}", related=related
    )


def _plain_token(name: str) -> str:
    return _TOKENS.get(name, f"`{name}`")


def _word_span(error: Unreadable) -> Span:
    start = min(error.offset, len(error.file_text))
    word = _WORD.match(error.file_text, start)
    return span_of(error.path, error.file_text, start, word.end() if word else start + 1)


def _opening_of(error: Unreadable, tag: str) -> Span:
    """The last opening tag of a kind that is not closed; the end of the text when none is found."""
    opened: list[tuple[int, int]] = []
    end = min(error.offset + 1, len(error.file_text))
    pattern = re.compile(rf"\{{%[-+]?\s*(end)?{re.escape(tag)}\b.*?%\}}", re.DOTALL)
    for match in pattern.finditer(error.file_text, 0, end):
        if not match[1]:
            opened.append(match.span())
        elif opened:
            opened.pop()
    return span_of(error.path, error.file_text, *(opened[-1] if opened else (end, end)))


def _unknown_word(message: str) -> tuple[str, Iterable[str]]:
    for pattern, known in _UNKNOWN:
        found = pattern.search(message)
        if found is not None:
            return found[1], known
    return "", ()


def _told(error: BaseException, rendering: Rendering) -> tuple[str, str, str]:
    match error:
        case Refused() | QueryFailed():
            return error.code, error.message, error.hint
        case NeedsWarehouse():
            hint = "Only a connection can tell: the template is rendered again when the asset runs"
            return "E131", f"the template asks the warehouse for {error}", hint
        case UnknownName():
            known = () if error.is_attribute else rendering.known_names()
            hint = "" if error.is_attribute else no_such_name(rendering)
            return "E112", str(error), did_you_mean(error.name, known) or hint
        case SecurityError():
            return "E139", f"the template may not do this: {_plain_message(error)}", ""
        case Exhausted() | RecursionError() | MemoryError() | OverflowError():
            return "E136", _endless_message(error), "Look for a macro that calls itself, or a loop over too much"
        case Returned():
            return "E135", "return() stands outside of a macro", ""
        case TypeError() if _WRONG_ARGUMENTS.search(str(error)):
            return "E137", _plain_message(error), ""
        case _:
            return "E135", _plain_message(error), ""


def _endless_message(error: BaseException) -> str:
    if isinstance(error, RecursionError):
        return "the macros call each other without end"
    return _plain_message(error) if str(error) else "the template needs more memory than there is"


def _plain_message(error: BaseException) -> str:
    message = _OBJECT.sub("an object", " ".join(str(error).split())).rstrip(".")
    return message or type(error).__name__


def _place(position: Position, error: BaseException) -> Span:
    if isinstance(error, UnknownName) and error.name:
        return position.name_span(error.name)
    return position.tag_span()


def _one_line(message: str) -> str:
    return " ".join(message.split()).rstrip(".")
