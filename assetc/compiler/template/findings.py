"""What one render finds out, collected as it goes, so that a template that fails keeps what it found before."""

from __future__ import annotations

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.place import Span
from assetc.compiler.project import Entry
from assetc.compiler.template.reads import hash_value, look
from assetc.compiler.template.rendered import LogLine, MacroSegment, Read, Rendered, Segment, TemplateReference
from assetc.compiler.template.surroundings import Surroundings

_NAMES = frozenset({"this", "ref", "source"})


class Findings:
    """The growing parts of a `Rendered`."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.surroundings = surroundings
        self.references: dict[TemplateReference, None] = {}
        self.config: list[Entry] = []
        self.reads: dict[tuple[str, str], str] = {}
        self.problems: list[Diagnostic] = []
        self.logs: list[LogLine] = []
        self.needs_warehouse = False
        self.needs_graph = False
        self.uses_incremental = False
        self.configured_by_names = False

    def read(self, kind: str, name: str) -> None:
        """Remember what is seen there now."""
        if (kind, name) not in self.reads:
            self.reads[kind, name] = look(self.surroundings, kind, name)

    def saw(self, kind: str, name: str, value: object) -> None:
        """Remember a value that was just looked at."""
        if (kind, name) not in self.reads:
            self.reads[kind, name] = hash_value(self.surroundings, value)

    def refer(self, reference: TemplateReference) -> None:
        """Remember a reference; the same one at the same place counts once."""
        self.references[reference] = None

    def report(self, problem: Diagnostic) -> None:
        """Remember a problem; the same one at the same place counts once."""
        if problem not in self.problems:
            self.problems.append(problem)

    def configure(self, key: str, value: object, span: Span) -> None:
        """Remember a configuration key, which may come from every relation that was looked at before."""
        self.configured_by_names |= any(kind in _NAMES for kind, _ in self.reads)
        self.config.append(Entry(key, value, span))

    def trace(self) -> tuple[Read, ...]:
        """All that was seen."""
        return tuple(Read(kind, name, seen) for (kind, name), seen in self.reads.items())

    def rendered(
        self, text: str, segments: tuple[Segment, ...], macro_segments: tuple[MacroSegment, ...] = ()
    ) -> Rendered:
        """The finished value."""
        return Rendered(
            text=text,
            segments=segments,
            macro_segments=macro_segments,
            references=tuple(sorted(self.references, key=lambda reference: reference.span.start)),
            config=tuple(self.config),
            reads=self.trace(),
            problems=tuple(self.problems),
            logs=tuple(self.logs),
            needs_warehouse=self.needs_warehouse,
            needs_graph=self.needs_graph,
            uses_incremental=self.uses_incremental,
            configured_by_names=self.configured_by_names,
        )
