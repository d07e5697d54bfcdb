"""Renders a template whose every tag is a literal ref, source, config, this, var or comment, without Jinja."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from assetc.compiler.place import Span, span_of
from assetc.compiler.template.findings import Findings
from assetc.compiler.template.literals import Arguments, read_arguments
from assetc.compiler.template.reads import NOT_THERE, SEPARATOR, find_variable
from assetc.compiler.template.rendered import Rendered, Segment, TemplateReference
from assetc.compiler.template.surroundings import Surroundings, Template

_TAG = re.compile(
    r"""\{\{ (?P<left>-?) \s*
        (?P<call> (?P<name> ref | source | var | config ) \s*
                  \( (?P<arguments> (?: [^{}] | \{ [^{}%\#]* \} )*? ) \)
                | this )
        \s* (?P<right>-?) \}\}
      | \{\# (?P<comment_left>-?) .*? (?P<comment_right>-?) \#\}
      | \{[{%\#]
    """,
    re.DOTALL | re.VERBOSE,
)
_MISSING = object()


class _Tag(NamedTuple):
    """A tag, with the text from `literal_start` to `literal_end` that stands before it."""

    name: str
    arguments: Arguments | None
    literal_start: int
    literal_end: int
    start: int
    end: int
    call_start: int
    call_end: int
    arguments_start: int


def render_directly(template: Template, surroundings: Surroundings) -> Rendered | None:
    """The rendered template; None when it takes Jinja, also to report what is wrong with it."""
    body = template.body
    if "{" not in body or not ("{{" in body or "{%" in body or "{#" in body):
        return Rendered(body, (Segment(0, template.start, 0),) if template.start else ())
    split = None if "{%" in body or "\r" in body else _split(body)
    if split is None:
        return None
    tags, rest = split
    names = {tag.name for tag in tags}
    if any(name in surroundings.library.called or name in surroundings.members for name in names):
        return None
    return _Direct(template, surroundings).render(tags, rest)


def _split(body: str) -> tuple[list[_Tag], int] | None:
    tags: list[_Tag] = []
    position = 0
    for match in _TAG.finditer(body):
        tag = _tag(body, position, match)
        if tag is None:
            return None
        tags.append(tag)
        position = match.end()
        if match["right"] or match["comment_right"]:
            position = _after_space(body, position)
    return tags, position


def _tag(body: str, position: int, match: re.Match[str]) -> _Tag | None:
    start, end = match.span()
    call_start, call_end = match.span("call")
    is_comment = call_start < 0
    if is_comment and body[end - 2 : end] != "#}":
        return None
    strips = match["left"] or match["comment_left"]
    literal_end = position + len(body[position:start].rstrip()) if strips else start
    if is_comment:
        return _Tag("", None, position, literal_end, start, end, start, end, start)
    name, written = match["name"] or "this", match["arguments"]
    arguments = None if written is None else read_arguments(written)
    if written is not None and (arguments is None or not _FITS[name](arguments)):
        return None
    inner = match.start("arguments")
    return _Tag(name, arguments, position, literal_end, start, end, call_start, call_end, inner)


def _after_space(body: str, position: int) -> int:
    return len(body) - len(body[position:].lstrip())


def _fits_ref(arguments: Arguments) -> bool:
    return (
        1 <= len(arguments.positional) <= 2
        and isinstance(arguments.positional[0], str)
        and isinstance(arguments.positional[-1], str)
        and len(arguments.keywords) <= 1
        and all(word.key in {"v", "version"} and _is_version(word.value) for word in arguments.keywords)
    )


def _is_version(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and bool(value)


def _fits_source(arguments: Arguments) -> bool:
    return (
        len(arguments.positional) == 2
        and not arguments.keywords
        and all(isinstance(value, str) for value in arguments.positional)
    )


def _fits_var(arguments: Arguments) -> bool:
    return 1 <= len(arguments.positional) <= 2 and not arguments.keywords and isinstance(arguments.positional[0], str)


def _fits_config(arguments: Arguments) -> bool:
    return not arguments.positional and bool(arguments.keywords)


_FITS = {"ref": _fits_ref, "source": _fits_source, "var": _fits_var, "config": _fits_config}


class _Direct:
    """One direct render: the text as it grows."""

    def __init__(self, template: Template, surroundings: Surroundings) -> None:
        self.template = template
        self.surroundings = surroundings
        self.findings = Findings(surroundings)
        self.pieces: list[str] = []
        self.segments: list[Segment] = []
        self.length = 0

    def render(self, tags: list[_Tag], rest: int) -> Rendered | None:
        body = self.template.body
        for tag in tags:
            self.write(body[tag.literal_start : tag.literal_end], tag.literal_start, 0)
            if tag.name:
                text = self.text_of(tag)
                if text is None:
                    return None
                self.write(text, tag.start, tag.end - tag.start)
        end = len(body) - 1 if body.endswith("\n") else len(body)
        self.write(body[rest:end], rest, 0)
        return self.findings.rendered("".join(self.pieces), tuple(self.segments))

    def write(self, text: str, source: int, length: int) -> None:
        if text:
            self.pieces.append(text)
            self.segments.append(Segment(self.length, self.template.start + source, length))
            self.length += len(text)

    def text_of(self, tag: _Tag) -> str | None:
        self.findings.reads["macro", tag.name] = NOT_THERE
        if tag.arguments is None:
            return self.this(tag)
        if tag.name == "var":
            return self.variable(tag.arguments)
        if tag.name == "config":
            return self.configure(tag, tag.arguments)
        names = tuple(str(value) for value in tag.arguments.positional)
        return self.ref(tag, names, tag.arguments) if tag.name == "ref" else self.source(tag, names)

    def this(self, tag: _Tag) -> str:
        self.findings.read("this", "")
        self.refer("this", (), None, tag)
        return str(self.surroundings.names.this)

    def variable(self, arguments: Arguments) -> str | None:
        name, *default = arguments.positional
        value = find_variable(self.surroundings, str(name), _MISSING)
        self.findings.read("var", str(name))
        if value is _MISSING:
            return str(default[0]) if default else None
        return None if isinstance(value, str) and "{" in value else str(value)

    def configure(self, tag: _Tag, arguments: Arguments) -> str:
        for word in arguments.keywords:
            start = tag.arguments_start + word.start
            span = self.span(start, tag.arguments_start + word.end)
            self.findings.configure(word.key, word.value, span)
        return ""

    def ref(self, tag: _Tag, names: tuple[str, ...], arguments: Arguments) -> str:
        version = str(arguments.keywords[0].value) if arguments.keywords else None
        package = names[0] if len(names) == 2 else None
        text = str(self.surroundings.names.ref(package, names[-1], version))
        self.findings.saw("ref", SEPARATOR.join((package or "", names[-1], version or "")), text)
        self.refer("ref", names, version, tag)
        return text

    def source(self, tag: _Tag, names: tuple[str, ...]) -> str:
        text = str(self.surroundings.names.source(names[0], names[1]))
        self.findings.saw("source", SEPARATOR.join(names), text)
        self.refer("source", names, None, tag)
        return text

    def refer(
        self, kind: Literal["ref", "source", "this"], names: tuple[str, ...], version: str | None, tag: _Tag
    ) -> None:
        span = self.span(tag.call_start, tag.call_end)
        self.findings.refer(TemplateReference(kind, names, "certain", span, version))

    def span(self, start: int, end: int) -> Span:
        base = self.template.start
        return span_of(self.template.path, self.template.text, base + start, base + end)
