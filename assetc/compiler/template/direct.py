"""Renders a template whose every tag is a literal ref, source, config, this, var or comment, without Jinja."""

from __future__ import annotations

from typing import Literal

from assetc.compiler.place import Span, span_of
from assetc.compiler.template.findings import Findings
from assetc.compiler.template.literals import Arguments
from assetc.compiler.template.reads import NOT_THERE, SEPARATOR, find_variable
from assetc.compiler.template.rendered import Rendered, Segment, TemplateReference
from assetc.compiler.template.surroundings import Surroundings, Template
from assetc.compiler.template.tags import Split, Tag, split_tags

_MISSING = object()


def render_directly(template: Template, surroundings: Surroundings) -> Rendered | None:
    """The rendered template; None when it takes Jinja, also to report what is wrong with it."""
    body = template.body
    if "{" not in body or not ("{{" in body or "{%" in body or "{#" in body):
        return Rendered(body, (Segment(0, template.start, 0),) if template.start else ())
    split = split_tags(body)
    if split is None or not all(_is_direct(tag, surroundings) for tag in split.tags):
        return None
    return _Direct(template, surroundings).render(split)


def _is_direct(tag: Tag, surroundings: Surroundings) -> bool:
    """Whether a tag needs no Jinja: a comment, `this`, or a call that means what dbt means by its name."""
    if tag.name in surroundings.library.called or tag.name in surroundings.members:
        return False
    if tag.arguments is None:
        return tag.name in ("", "this")
    return tag.name in _FITS and _FITS[tag.name](tag.arguments)


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

    def render(self, split: Split) -> Rendered | None:
        body = self.template.body
        for tag in split.tags:
            self.write(body[tag.literal_start : tag.literal_end], tag.literal_start, 0)
            if tag.name:
                text = self.text_of(tag)
                if text is None:
                    return None
                self.write(text, tag.start, tag.end - tag.start)
        self.write(body[split.rest : split.end], split.rest, 0)
        return self.findings.rendered("".join(self.pieces), tuple(self.segments))

    def write(self, text: str, source: int, length: int) -> None:
        if text:
            self.pieces.append(text)
            self.segments.append(Segment(self.length, self.template.start + source, length))
            self.length += len(text)

    def text_of(self, tag: Tag) -> str | None:
        self.findings.reads["macro", tag.name] = NOT_THERE
        if tag.arguments is None:
            return self.this(tag)
        if tag.name == "var":
            return self.variable(tag.arguments)
        if tag.name == "config":
            return self.configure(tag, tag.arguments)
        names = tuple(str(value) for value in tag.arguments.positional)
        return self.ref(tag, names, tag.arguments) if tag.name == "ref" else self.source(tag, names)

    def this(self, tag: Tag) -> str:
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

    def configure(self, tag: Tag, arguments: Arguments) -> str:
        for word in arguments.keywords:
            start = tag.arguments_start + word.start
            span = self.span(start, tag.arguments_start + word.end)
            self.findings.configure(word.key, word.value, span)
        return ""

    def ref(self, tag: Tag, names: tuple[str, ...], arguments: Arguments) -> str:
        version = str(arguments.keywords[0].value) if arguments.keywords else None
        package = names[0] if len(names) == 2 else None
        text = str(self.surroundings.names.ref(package, names[-1], version))
        self.findings.saw("ref", SEPARATOR.join((package or "", names[-1], version or "")), text)
        self.refer("ref", names, version, tag)
        return text

    def source(self, tag: Tag, names: tuple[str, ...]) -> str:
        text = str(self.surroundings.names.source(names[0], names[1]))
        self.findings.saw("source", SEPARATOR.join(names), text)
        self.refer("source", names, None, tag)
        return text

    def refer(
        self, kind: Literal["ref", "source", "this"], names: tuple[str, ...], version: str | None, tag: Tag
    ) -> None:
        span = self.span(tag.call_start, tag.call_end)
        self.findings.refer(TemplateReference(kind, names, "certain", span, version))

    def span(self, start: int, end: int) -> Span:
        base = self.template.start
        return span_of(self.template.path, self.template.text, base + start, base + end)
