"""selectors.yml: named expressions, written as strings or as mappings of union, intersection and exclude."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import TypeAlias

from msgspec.structs import replace

from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic, did_you_mean
from assetc.compiler.place import Span
from assetc.compiler.selection.evaluate import criteria_of
from assetc.compiler.selection.parse import METHODS, parse_selection, unknown_method
from assetc.compiler.selection.request import (
    INDIRECT_MODES,
    NOTHING,
    Criterion,
    Definition,
    Depth,
    Difference,
    Expression,
    Intersection,
    SelectionEnvironment,
    Union,
)

# fmt: off
TERM_KEYS = (
    "method", "value", "children", "parents", "children_depth", "parents_depth", "childrens_parents",
    "indirect_selection", "exclude",
)
# fmt: on
ENTRY_KEYS = ("name", "description", "definition", "default")
FILE_KEYS = ("selectors", "version")

Steps: TypeAlias = tuple[str | int, ...]
"""The way from the top of the file to a value: keys of mappings and numbers of list items."""

Locate: TypeAlias = Callable[[Steps], Span]
"""Where in the file a value stands."""


def read_definitions(content: object, locate: Locate) -> tuple[dict[str, Definition], tuple[Diagnostic, ...]]:
    """The definitions of a parsed selectors.yml, and other faults. A wrong one keeps its own and selects nothing."""
    entries = content.get("selectors") if isinstance(content, Mapping) else None
    if not isinstance(entries, list):
        return {}, (_problem("the file has no list `selectors`", locate(("selectors",))),)
    unknown = (key for key in content if key not in FILE_KEYS) if isinstance(content, Mapping) else ()
    problems = [_unknown_key("the file", str(key), FILE_KEYS, locate((str(key),))) for key in unknown]
    definitions: dict[str, Definition] = {}
    places: dict[str, Span] = {}
    for number, entry in enumerate(entries):
        definition = _Entry(locate, ("selectors", number)).read(entry)
        place = locate(("selectors", number, "name"))
        if not definition.name:
            problems += definition.faults
            continue
        if definition.name in definitions:
            fault = _problem(f"two selectors are named {definition.name!r}", place, places[definition.name])
            faults = (*definitions[definition.name].faults, *definition.faults, fault)
            definition = replace(definition, faults=faults)
        definitions[definition.name], places[definition.name] = definition, place
    defaults = [name for name, each in definitions.items() if each.default]
    if len(defaults) > 1:
        message = f"several selectors are the default: {', '.join(defaults)}"
        problems.append(_problem(message, *(places[name] for name in defaults[::-1])))
    return _without_circles(definitions, places), tuple(problems)


class _Entry:
    """One selector on its way from plain values to an expression; it collects what is wrong."""

    def __init__(self, locate: Locate, steps: Steps) -> None:
        self.locate = locate
        self.steps = steps
        self.name = ""
        self.faults: list[Diagnostic] = []

    def read(self, entry: object) -> Definition:
        """The definition; it selects nothing where it cannot be understood."""
        written = entry if isinstance(entry, Mapping) else {}
        self.name = str(written.get("name") or "")
        self.has_only(ENTRY_KEYS, written, self.steps)
        expression: Expression = NOTHING
        if "definition" in written and self.name:
            expression = self.expression(written["definition"], (*self.steps, "definition"))
        elif not self.faults:
            self.wrong("needs a name and a definition", self.steps)
        default = written.get("default", False)
        if not isinstance(default, bool):
            self.wrong(f"has `default: {default}`, which is neither true nor false", (*self.steps, "default"))
        description = str(written.get("description") or "")
        return Definition(self.name, expression, default is True, description, tuple(self.faults))

    def title(self) -> str:
        """How messages call it."""
        return f"selector {self.name!r}" if self.name else "a selector"

    def has_only(self, known: tuple[str, ...], written: Mapping[object, object], steps: Steps) -> bool:
        """Whether a mapping has no unknown keys; each is a fault."""
        unknown = [str(key) for key in written if key not in known]
        self.faults += (_unknown_key(self.title(), key, known, self.locate((*steps, key))) for key in unknown)
        return not unknown

    def wrong(self, what: str, steps: Steps) -> Expression:
        """Note a fault; what is wrong selects nothing."""
        self.faults.append(_problem(f"{self.title()} {what}", self.locate(steps)))
        return NOTHING

    def foreign(self, problems: tuple[Diagnostic, ...], steps: Steps) -> None:
        """Note faults of the words of a selection, at the place where they stand."""
        for each in problems:
            self.faults.append(replace(each, span=self.locate(steps), message=f"{self.title()}: {each.message}"))

    def expression(self, written: object, steps: Steps) -> Expression:
        """A text as on the command line, a union or intersection, or one term."""
        if isinstance(written, str):
            expression, found = parse_selection([written])
            self.foreign(found, steps)
            return expression
        if not isinstance(written, Mapping):
            return self.wrong(f"has {written!r} where a text or a mapping is expected", steps)
        for word, make in (("union", Union), ("intersection", Intersection)):
            if word in written:
                include, exclude = self.members(written[word], (*steps, word))
                group = make(tuple(include)) if include else NOTHING
                return group if exclude is None else Difference(group, exclude)
        return self.term(written, steps)

    def members(self, written: object, steps: Steps) -> tuple[list[Expression], Expression | None]:
        """The parts of a union or intersection, and what its one `exclude` takes away."""
        include: list[Expression] = []
        exclude: Expression | None = None
        for number, part in enumerate(self.items(written, steps)):
            at = (*steps, number)
            if not (isinstance(part, Mapping) and set(part) == {"exclude"}):
                include.append(self.expression(part, at))
            elif exclude is None:
                exclude = self.excluded(part["exclude"], (*at, "exclude"))
            else:
                self.wrong(f"has a second `exclude` in one {steps[-1]}", (*at, "exclude"))
        return include, exclude

    def excluded(self, written: object, steps: Steps) -> Expression:
        """What is taken away."""
        parts = enumerate(self.items(written, steps))
        return Union(tuple(self.expression(each, (*steps, number)) for number, each in parts))

    def items(self, written: object, steps: Steps) -> list[object]:
        """The items of a list."""
        if isinstance(written, list):
            return written
        self.wrong(f"has a `{steps[-1]}` that is no list", steps)
        return []

    def term(self, written: Mapping[object, object], steps: Steps) -> Expression:
        """`{tag: nightly}`, or `{method: tag, value: nightly, parents: true ...}`."""
        if len(written) == 1:
            ((method, value),) = written.items()
            return self.criterion(str(method), value, {}, steps)
        if not self.has_only(TERM_KEYS, written, steps):
            return NOTHING
        if "method" not in written or "value" not in written:
            keys = ", ".join(map(str, written)) or "nothing"
            return self.wrong(f"needs one key, or `method` and `value`, and has {keys}", steps)
        criterion = self.criterion(str(written["method"]), written["value"], written, steps)
        if "exclude" not in written:
            return criterion
        return Difference(criterion, self.excluded(written["exclude"], (*steps, "exclude")))

    def criterion(
        self, written_method: str, value: object, options: Mapping[object, object], steps: Steps
    ) -> Expression:
        """One method with its value."""
        method, *arguments = written_method.split(".")
        text = str(value).lower() if isinstance(value, bool) else str(value)
        if method not in METHODS:
            key = "method" if options else written_method
            self.foreign((unknown_method(method, f"{written_method}:{text}"),), (*steps, key))
            return NOTHING
        indirect = options.get("indirect_selection")
        if indirect is not None and indirect not in INDIRECT_MODES:
            what = f"has {indirect!r} where indirect_selection is one of {', '.join(INDIRECT_MODES)}"
            return self.wrong(what, (*steps, "indirect_selection"))
        return Criterion(
            text,
            method,
            tuple(arguments),
            parents=_depth(options, "parents"),
            children=_depth(options, "children"),
            childrens_parents=bool(options.get("childrens_parents")),
            indirect=indirect,
        )


def _depth(options: Mapping[object, object], word: str) -> Depth:
    if not options.get(word):
        return 0
    depth = options.get(f"{word}_depth")
    return int(depth) if isinstance(depth, int | str) and str(depth).isdigit() else None


def _without_circles(definitions: Mapping[str, Definition], places: Mapping[str, Span]) -> dict[str, Definition]:
    """The definitions; those that need themselves select nothing."""
    waiting = dict(definitions)
    while True:
        ready = [name for name, each in waiting.items() if not any(need in waiting for need in _needs(each, waiting))]
        if not ready:
            break
        for name in ready:
            del waiting[name]
    circle = tuple(sorted(waiting))
    found = dict(definitions)
    for name, each in waiting.items():
        fault = _problem(f"selectors need each other: {', '.join(circle)}", *(places[other] for other in circle))
        found[name] = replace(each, expression=NOTHING, faults=(*each.faults, fault))
    return found


def _needs(definition: Definition, definitions: Mapping[str, Definition]) -> Iterator[str]:
    """The selectors that a definition names itself."""
    for criterion in criteria_of(definition.expression, SelectionEnvironment()):
        if criterion.method == "selector":
            yield from (name for name in definitions if fnmatchcase(name, criterion.value))


def _unknown_key(where: str, key: str, known: tuple[str, ...], place: Span) -> Diagnostic:
    hint = did_you_mean(key, known) or f"Known keys: {', '.join(known)}"
    return diagnostic("E161", f"{where} has no key `{key}`", place, hint=hint)


def _problem(message: str, place: Span, *others: Span) -> Diagnostic:
    hint = "assetc explain E161 shows the form of selectors.yml"
    related = (Annotation(other, "the other one") for other in others)
    return diagnostic("E161", message, place, hint=hint, related=related)
