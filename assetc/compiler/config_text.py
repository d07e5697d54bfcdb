"""A text that stands inside configuration: a hook, the `where` of a check, an argument. Its faults stand where it does.

dbt renders each at a moment of its own. What is rendered when a project is loaded (most keys, and all that configures
a check) is a plain value from then on; the other texts are these: what a check is asked with when it is compiled and
again when it is executed, hooks and predicates when their step comes to them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.place import Span, TextId, span_of
from assetc.compiler.template.surroundings import Template

ReadText = Callable[[str], str]
"""The text of a file, by its path."""


class ConfigText(Struct, frozen=True):
    """A text, what it is to its author (`post-hook`), where it was written, and which piece of which text it is."""

    id: TextId
    title: str
    text: str
    span: Span

    @property
    def template(self) -> Template:
        """The text as a template: places in it are told from those in files by its path."""
        return Template(str(self.id), self.text)

    def place(self, start: int, end: int, read_text: ReadText) -> Span:
        """Where a part of the text stands in its file; all of it where that cannot be told."""
        found = _spelled(self.text, start, end).search(read_text(self.span.path), self.span.start, self.span.end)
        if found is None:
            return self.span
        return span_of(self.span.path, found.string, *found.span("part"))

    def placed(self, problems: Iterable[Diagnostic], read_text: ReadText) -> tuple[Diagnostic, ...]:
        """The faults of the text, at their places in its file, and in which text they are."""
        return self.titled(
            replace(
                each,
                span=self.span if each.span is None else self.moved(each.span, read_text),
                related=tuple(replace(note, span=self.moved(note.span, read_text)) for note in each.related),
            )
            for each in problems
        )

    def titled(self, problems: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """Faults that stand at their places already, and in which text they are."""
        return tuple(replace(each, message=f"{self.title}: {each.message}") for each in problems)

    def moved(self, span: Span, read_text: ReadText) -> Span:
        """A place in the text as one in its file; one in another file stays."""
        return self.place(span.start, span.end, read_text) if span.path == str(self.id) else span


def _spelled(text: str, start: int, end: int) -> re.Pattern[str]:
    """A text as YAML, TOML or Jinja may write it: with escapes, and with other breaks of lines."""
    before, part, after = map(_as_written, (text[:start], text[start:end], text[end:]))
    return re.compile(f"{before}(?P<part>{part}){after}")


_WRITTEN = {"'": r"(?:''|\\?')", '"': r'(?:""|\\?")', "\\": r"\\\\?"}
_BLANK = r"(?:\s|\\[nt])"


def _as_written(text: str) -> str:
    pieces = re.split(r"(\s+)", text)
    return "".join(f"{_BLANK}*" if piece.isspace() else "".join(map(_of_character, piece)) for piece in pieces)


def _of_character(character: str) -> str:
    return _WRITTEN.get(character) or re.escape(character)
