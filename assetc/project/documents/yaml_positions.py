"""YAML text to values with places, by PyYAML's C parser. A warm load imports neither this nor PyYAML."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic
from assetc.compiler.place import Span, span_of
from assetc.compiler.rules import Rules
from assetc.project.documents.written import (
    DEEPEST,
    Place,
    Written,
    WrittenFile,
    WrittenList,
    WrittenMapping,
    WrittenPair,
    WrittenScalar,
)

_PLAIN = "plain"
_QUOTED = "quoted"
_STANDARD = "tag:yaml.org,2002:"
_MOST_VALUES = 1_000_000
_TOO_DEEP = f"values are nested more than {DEEPEST} deep"
_UNUSUAL_LINE_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029]")


def read_yaml(path: str, text: str, rules: Rules) -> WrittenFile:
    """The content of a YAML file. Never raises; a file that is no YAML has E122 and no content."""
    try:
        node, conversion = _compose(text), _Conversion(path, text, rules)
        content = None if node is None else conversion.value(node)[0]
        return WrittenFile(content, tuple(conversion.problems))
    except _Unreadable as fault:
        return WrittenFile(None, (_broken(path, text, fault.message, fault.offset),))
    except UnicodeEncodeError as error:
        return WrittenFile(None, (_broken(path, text, "a character that no file can hold", error.start),))
    except yaml.MarkedYAMLError as error:
        return WrittenFile(None, (_marked(path, text, error),))
    except yaml.YAMLError as error:
        offset = getattr(error, "position", 0)
        return WrittenFile(None, (_broken(path, text, getattr(error, "reason", str(error)), offset),))


class _Unreadable(Exception):  # noqa: N818  it carries a place to `read_yaml` and goes no further
    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


class _Composer(yaml.CSafeLoader):
    """PyYAML's composer without tags by pattern: only whether a scalar was quoted is asked of it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.depth = 0

    def resolve(self, kind: type, value: object, implicit: object) -> str:
        return _PLAIN if isinstance(implicit, tuple) and implicit[0] else _QUOTED

    def descend_resolver(self, parent: yaml.Node | None, index: object) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise _Unreadable(_TOO_DEEP, 0 if parent is None else parent.start_mark.index)

    def ascend_resolver(self) -> None:
        self.depth -= 1


def _compose(text: str) -> yaml.Node | None:
    composer = _Composer(text)
    try:
        return composer.get_single_node()
    finally:
        composer.dispose()


class _Conversion:
    """One file on its way from PyYAML's nodes to written values; it minds the problems and the aliases."""

    def __init__(self, path: str, text: str, rules: Rules) -> None:
        self.path = path
        self.text = text
        self.rules = rules
        self.exact_lines = _UNUSUAL_LINE_BREAK.search(text) is not None
        self.problems: list[Diagnostic] = []
        self.done: dict[int, tuple[Written, int]] = {}
        self.open: set[int] = set()

    def value(self, node: yaml.Node) -> tuple[Written, int]:
        """The value of a node and how many values it counts once its aliases are written out."""
        if isinstance(node, yaml.ScalarNode):
            return WrittenScalar(self.scalar(node), self.place(node)), 1
        known = self.done.get(id(node))
        if known is not None:
            return known
        if id(node) in self.open:
            raise _Unreadable("an alias stands inside the value that it names", node.start_mark.index)
        self.open.add(id(node))
        written, size = self.sequence(node) if isinstance(node, yaml.SequenceNode) else self.mapping(node)
        self.open.discard(id(node))
        if size > _MOST_VALUES:
            raise _Unreadable(f"its aliases stand for more than {_MOST_VALUES:,} values", node.start_mark.index)
        self.done[id(node)] = (written, size)
        return written, size

    def sequence(self, node: yaml.SequenceNode) -> tuple[Written, int]:
        self.check_tag(node, "seq")
        items = [self.value(item) for item in node.value]
        total = 1 + sum(size for _, size in items)
        return WrittenList(tuple(item for item, _ in items), self.place(node)), total

    def mapping(self, node: yaml.Node) -> tuple[Written, int]:
        self.check_tag(node, "map")
        pairs: dict[str, WrittenPair] = {}
        merged: list[WrittenPair] = []
        total = 1
        for key_node, value_node in node.value:
            value, size = self.value(value_node)
            total += size
            if key_node.tag == _PLAIN and key_node.value == "<<":
                merged += self.merged(value)
                continue
            pair = self.pair(key_node, value)
            if pair is not None:
                self.note_duplicate(pairs.get(pair.key), pair)
                pairs[pair.key] = pair
        for pair in merged:
            pairs.setdefault(pair.key, pair)
        return WrittenMapping(tuple(pairs.values()), self.place(node)), total

    def pair(self, node: yaml.Node, value: Written) -> WrittenPair | None:
        if not isinstance(node, yaml.ScalarNode):
            template = self.text.startswith("{", node.start_mark.index)
            hint = 'Put a value that begins with "{{" in quotes' if template else "Write the key as a text"
            self.problems.append(diagnostic("E122", "a key must be a text", self.span(node), hint=hint))
            return None
        return WrittenPair(node.value, value, self.place(node), self.scalar(node))

    def merged(self, value: Written) -> Iterator[WrittenPair]:
        """The pairs that `<<: *anchor` brings in; of several mappings the first one that has a key counts."""
        mappings = value.items if isinstance(value, WrittenList) else (value,)
        for mapping in mappings:
            if isinstance(mapping, WrittenMapping):
                yield from mapping.pairs
            else:
                self.problems.append(diagnostic("E126", 'what "<<" merges must be a mapping', mapping.span))

    def note_duplicate(self, first: WrittenPair | None, second: WrittenPair) -> None:
        if first is None:
            return
        code = "E127" if self.rules.is_strict else "W224"
        related = (Annotation(first.span, "first written here"),)
        message = f'the key "{second.key}" stands twice in this mapping'
        hint = "The last one counts; remove the other"
        self.problems.append(diagnostic(code, message, second.span, hint=hint, related=related))

    def scalar(self, node: yaml.ScalarNode) -> object:
        text: str = node.value
        if node.tag == _PLAIN or (node.tag.startswith(_STANDARD) and node.tag != _STANDARD + "str"):
            return scalar_value(text, self.rules)
        if node.tag not in (_QUOTED, "!", _STANDARD + "str"):
            self.unknown_tag(node)
        return text

    def check_tag(self, node: yaml.Node, kind: str) -> None:
        if node.tag not in (_PLAIN, _QUOTED, "!", _STANDARD + kind):
            self.unknown_tag(node)

    def unknown_tag(self, node: yaml.Node) -> None:
        message = f'the YAML tag "{node.tag}" means nothing here'
        hint = "Remove the tag, or put the text in quotes"
        self.problems.append(diagnostic("E122", message, self.span(node), hint=hint))

    def span(self, node: yaml.Node) -> Span:
        return Span(*self.place(node))

    def place(self, node: yaml.Node) -> Place:
        start, end = node.start_mark, node.end_mark.index
        if not self.exact_lines:
            return self.path, start.index, end, start.line + 1, start.column + 1
        span = span_of(self.path, self.text, start.index, end)
        return span.path, span.start, end, span.line, span.column


def _marked(path: str, text: str, error: yaml.MarkedYAMLError) -> Diagnostic:
    mark = error.problem_mark or error.context_mark
    offset = 0 if mark is None else mark.index
    if error.context and error.context.startswith("expected a single document"):
        return _broken(path, text, "a second document begins here", offset)
    if error.problem == "exceeded maximum nesting depth":  # PyYAML's own limit, from 6.0.4 on
        return _broken(path, text, _TOO_DEEP, offset)
    return _broken(path, text, error.problem or "unknown", offset, error.context or "")


def _broken(path: str, text: str, problem: str, offset: int, label: str = "") -> Diagnostic:
    offset = min(offset, len(text))
    span = span_of(path, text, offset, min(offset + 1, len(text)))
    hint = _hint(text, offset, problem)
    return diagnostic("E122", f"this is not YAML: {problem}", span, label=label, hint=hint)


def _hint(text: str, offset: int, problem: str) -> str:
    if text[offset : offset + 1] == "\t":
        return "Indent with spaces: YAML allows no tabs"
    line = text[text.rfind("\n", 0, offset) + 1 :].partition("\n")[0]
    if ": {{" in line or ": {%" in line or ": %" in line:
        return "Put a value that holds a template in quotes"
    if problem.startswith("mapping values are not allowed"):
        return 'Put a text that holds ": " in quotes, or mind the indentation'
    if "'-' indicator" in problem or problem == "did not find expected key":
        return "Mind the indentation: what belongs together begins in one column"
    if "',' or" in problem or problem == "did not find expected node content":
        return "Close every [, { and quote"
    return ""


_WORDS: dict[str, object] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}

# dbt reads YAML 1.1, where these are booleans too; in a native project they are texts, as in YAML 1.2.
_WORDS_OF_DBT: dict[str, object] = {
    **_WORDS,
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF"), False),
}

_NUMBER = re.compile(
    r"(?P<decimal>[-+]?[0-9]+)"
    r"|0o(?P<octal>[0-7]+)"
    r"|0x(?P<hexadecimal>[0-9a-fA-F]+)"
    r"|(?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<infinity>[-+]?\.(?:inf|Inf|INF))"
    r"|(?P<nan>\.(?:nan|NaN|NAN))"
)
_OCTAL_OF_DBT = re.compile(r"[-+]?0[0-7]+")
_GROUPED_OF_DBT = re.compile(r"[-+]?[1-9][0-9]*(?:_[0-9]+)+")
_NUMBER_BEGINS = frozenset("+-.0123456789")
_LARGEST = 2**63


def scalar_value(text: str, rules: Rules) -> object:
    """The value of an unquoted scalar: null, a boolean, a number, or the text itself."""
    words = _WORDS_OF_DBT if rules.old_yaml else _WORDS
    if text in words:
        return words[text]
    if text[0] not in _NUMBER_BEGINS:
        return text
    if rules.old_yaml and _OCTAL_OF_DBT.fullmatch(text):
        return _small(text, 8)
    if rules.old_yaml and _GROUPED_OF_DBT.fullmatch(text):
        return _small(text, 10)
    return _number(text)


def _number(text: str) -> object:
    match = _NUMBER.fullmatch(text)
    if match is None:
        return text
    if match["decimal"]:
        return _small(text, 10)
    if digits := match["octal"] or match["hexadecimal"]:
        return _small(digits, 8 if match["octal"] else 16, text)
    return float(text.replace(".", "", 1)) if match["infinity"] or match["nan"] else float(text)


def _small(digits: str, base: int, written: str = "") -> int | str:
    """The number, or its text where 64 bits cannot hold it: no cache and few warehouses could either."""
    if len(digits) > 64:
        return written or digits
    number = int(digits, base)
    return number if -_LARGEST <= number < _LARGEST else written or digits
