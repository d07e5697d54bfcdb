"""Which model, seed, source ... of a property file a fault lies in, so that it concerns nobody else."""

from __future__ import annotations

import re

from msgspec import Struct

from assetc.compiler.place import Span
from assetc.compiler.rules import Rules
from assetc.project.documents.written import WrittenList, WrittenMapping, WrittenScalar
from assetc.project.documents.yaml_positions import read_yaml

_WORD = re.compile(r"[\w$-]+")


class PropertyItem(Struct, frozen=True):
    """One entry below `models:`, `seeds:`, `sources:` ... of a property file."""

    name: str
    start: int
    end: int

    def holds(self, span: Span) -> bool:
        """Whether a place lies in the entry."""
        return self.start <= span.start < self.end


def item_at(path: str, text: str, rules: Rules, span: Span) -> PropertyItem | None:
    """The entry that a place lies in; None where it lies in none, or the file cannot be read."""
    content = read_yaml(path, text, rules).content
    for pair in content.pairs if isinstance(content, WrittenMapping) else ():
        for item in pair.value.items if isinstance(pair.value, WrittenList) else ():
            named = item.find("name") if isinstance(item, WrittenMapping) else None
            if named is None or not isinstance(named.value, WrittenScalar):
                continue
            found = PropertyItem(str(named.value.value), item.span.start, item.span.end)
            if found.holds(span):
                return found
    return None


def words_of(text: str) -> frozenset[str]:
    """All that may be a name in a file that nobody could read."""
    return frozenset(_WORD.findall(text))
