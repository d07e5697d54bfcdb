"""From a template to what its SQL reads and writes: rendered for the target, read once, every place mapped back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TypeGuard

from msgspec import Struct
from msgspec.structs import replace

from assetc.compiler.compiler_input import CompilerInput
from assetc.compiler.config import AssetConfig
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.facts import CompiledText, Discovered, PlacedReference, Understood, Variant
from assetc.compiler.place import Span, TextId, span_of
from assetc.compiler.reference import Reference
from assetc.compiler.sql.fold import split_name
from assetc.compiler.sql.judged import SqlReader
from assetc.compiler.template.asking import NoWarehouse
from assetc.compiler.template.reads import look, still_valid
from assetc.compiler.template.render import render
from assetc.compiler.template.rendered import (
    Read,
    Rendered,
    TemplateReference,
    macro_annotations,
    span_in_template,
)
from assetc.compiler.template.surroundings import Surroundings, Template, at_moment

MOMENT = frozenset({("flag", "execute"), ("flag", "is_incremental")})


class Reader(Struct, frozen=True):
    """How a template is read: the dialect of its SQL, what it sees, and whether it must hold a query."""

    dialect: str
    surroundings: Surroundings
    is_query: bool = True


def reader_of(given: CompilerInput, config: AssetConfig | None, surroundings: Surroundings) -> Reader:
    """How the templates of an asset are read: in its own dialect, if it has one."""
    return Reader((config and config.dialect) or given.project.target.dialect, surroundings)


def is_understood(known: Understood | None, reader: Reader) -> TypeGuard[Understood]:
    """Whether what is known was read in the same way."""
    return known is not None and known.dialect == reader.dialect and still_valid(known.reads, reader.surroundings)


def is_too_early(understood: Understood | None, reader: Reader) -> bool:
    """Whether a template looks at a graph that is not there yet."""
    return understood is not None and understood.needs_graph and reader.surroundings.graph is None


def discover(template: Template, surroundings: Surroundings) -> Discovered:
    """What a template refers to and how it configures itself, for both values of `is_incremental()`."""
    first = render(template, at_moment(surroundings, execute=False, incremental=False), NoWarehouse())
    if not first.uses_incremental:
        return _discovered(template, first, first)
    second = render(template, at_moment(surroundings, execute=False, incremental=True), NoWarehouse())
    return _discovered(template, first, second)


def understand(template: Template, reader: Reader, discovered: Discovered) -> tuple[Understood, CompiledText]:
    """What the SQL of a template reads, writes and gives, and the text itself for later."""
    flags = (False, True) if discovered.uses_incremental else (False,)
    variants = tuple(_variant(template, reader, incremental=flag) for flag in flags)
    texts = reader.surroundings.library.texts()
    references: dict[tuple[object, ...], PlacedReference] = {}
    problems: dict[tuple[str, str, Span | None], Diagnostic] = {}
    for variant in variants:
        for placed in _placed(template, variant, texts):
            references.setdefault(_apart_from_offsets(placed), placed)
        for fault in _problems(template, variant, texts, is_query=reader.is_query):
            problems.setdefault((fault.code, fault.message, fault.span), fault)
    hashes = [variant.reading.tokens_hash for variant in variants]
    understood = Understood(
        reads=(*_reads(*(variant.rendered for variant in variants)), *_judge_asked(variants, reader)),
        references=tuple(references.values()),
        problems=() if discovered.problems else tuple(problems.values()),
        version=blake2b("\n".join(hashes).encode(), digest_size=16).hexdigest(),
        shape=variants[0].reading.shape,
        needs_warehouse=any(variant.rendered.needs_warehouse for variant in variants),
        dialect=reader.dialect,
        needs_graph=any(variant.rendered.needs_graph for variant in variants),
    )
    return understood, CompiledText(TextId(template.path), variants)


def _apart_from_offsets(placed: PlacedReference) -> tuple[object, ...]:
    """What makes two references of two variants the same one: their offsets in the rendered text may differ."""
    found = placed.reference
    return found.kind, found.parts, found.certainty, found.operation, found.has_alias, found.alias_at, placed.span


def _variant(template: Template, reader: Reader, *, incremental: bool) -> Variant:
    rendered = render(template, at_moment(reader.surroundings, execute=True, incremental=incremental), NoWarehouse())
    if rendered.needs_warehouse:
        # What it would ask is known only while it runs; until then the text of the first moment stands for it.
        early = render(template, at_moment(reader.surroundings, execute=False, incremental=incremental), NoWarehouse())
        reads, needs_graph = (*early.reads, *rendered.reads), rendered.needs_graph
        rendered = replace(early, needs_warehouse=True, needs_graph=needs_graph, reads=reads)
    judge = None if rendered.needs_warehouse else reader.surroundings.warehouse.judge
    return Variant(incremental, rendered, SqlReader(reader.dialect, judge).read(rendered.text))


def _judge_asked(variants: Iterable[Variant], reader: Reader) -> Iterator[Read]:
    """Another version of the judge may judge in another way."""
    if any(variant.reading.is_judged for variant in variants):
        yield Read("judge", "", look(reader.surroundings, "judge", ""))


def _reads(*renders: Rendered) -> tuple[Read, ...]:
    """What all the renders looked at, but for the moment of rendering: every value of that is rendered anyway."""
    seen = dict.fromkeys(read for rendered in renders for read in rendered.reads)
    return tuple(read for read in seen if (read.kind, read.name) not in MOMENT)


def _discovered(template: Template, first: Rendered, second: Rendered) -> Discovered:
    references: dict[tuple[str, tuple[str, ...]], TemplateReference] = {}
    for reference in (*first.references, *second.references):
        before = references.get((reference.kind, reference.arguments))
        if before is None or (before.certainty == "likely" and reference.certainty == "certain"):
            references[reference.kind, reference.arguments] = reference
    return Discovered(
        config=first.config,
        references=tuple(references.values()),
        reads=_reads(first, second),
        problems=tuple(dict.fromkeys((*first.problems, *second.problems))),
        uses_incremental=first.uses_incremental,
        commented=tuple(
            reference.span for reference in references.values() if _is_commented(template.text, reference.span.start)
        ),
        configured_by_names=first.configured_by_names or second.configured_by_names,
    )


def _is_commented(text: str, offset: int) -> bool:
    """Whether a place stands behind `--` on its line, or between `/*` and `*/`."""
    line = text[text.rfind("\n", 0, offset) + 1 : offset]
    outside_of_strings = line.split("'")[::2]
    return any("--" in part for part in outside_of_strings) or text.rfind("/*", 0, offset) > text.rfind("*/", 0, offset)


def _placed(template: Template, variant: Variant, texts: dict[str, str]) -> Iterable[PlacedReference]:
    rendered, reading = variant.rendered, variant.reading
    for reference in reading.references:
        start, end = max(reference.start, 0), max(reference.end, 0)
        span = span_in_template(rendered, template.path, template.text, start, end)
        behind = macro_annotations(rendered, texts, start, end) if rendered.macro_segments else ()
        through = behind[0].span if behind else None
        yield PlacedReference(reference, span, only_incremental=variant.incremental, through=through)
    for name, start, end in reading.comment_names:
        span = span_in_template(rendered, template.path, template.text, start, end)
        parts = split_name(reading.dialect, name) or tuple(name.split("."))
        yield PlacedReference(Reference("read", parts, operation="depends_on"), span, "explicit")


def _problems(template: Template, variant: Variant, texts: dict[str, str], *, is_query: bool) -> Iterable[Diagnostic]:
    yield from variant.rendered.problems
    if any(problem.severity == "error" for problem in variant.rendered.problems) or variant.rendered.needs_warehouse:
        return
    for found in variant.reading.problems:
        if not (is_query or (variant.reading.is_judged and found.stands != "always")):
            continue
        if found.start < 0:
            span = span_of(template.path, template.text, 0, 0)
        else:
            span = span_in_template(variant.rendered, template.path, template.text, found.start, found.end)
        related = macro_annotations(variant.rendered, texts, found.start, found.end)
        yield diagnostic(found.code, found.message, span, label=found.label, hint=found.hint, related=related)
