"""What is wrong with one configuration file: the problems found while its values are taken apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from assetc.compiler.configuration.configure import unknown_key
from assetc.compiler.configuration.keys import TEXTS, without_effect
from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.place import Span
from assetc.compiler.project import Entry
from assetc.compiler.rules import Rules
from assetc.project.documents.keys import (
    CHANGES_A_RUN,
    CONFIG_AT_THE_TOP,
    CONFIG_KEYS,
    NOT_BUILT_ASSET_KEYS,
    NOT_BUILT_CONFIG_KEYS,
    snake,
)
from assetc.project.documents.written import Written, WrittenList, WrittenMapping, WrittenPair, WrittenScalar, plain


class Findings:
    """Takes values apart as the reader of a file expects them, and collects what does not fit."""

    def __init__(self, rules: Rules, problems: Iterable[Diagnostic]) -> None:
        self.rules = rules
        self.problems = list(problems)

    def add(self, code: str, message: str, span: Span, hint: str = "") -> None:
        """A fault with its place."""
        self.problems.append(diagnostic(code, message, span, hint=hint))

    def misfit(self, written: Written, what: str, expected: str, hint: str = "") -> None:
        """A value of the wrong type (E126)."""
        self.add("E126", f"{what} must be {expected}, and this is {_kind(written)}", written.span, hint)

    def unknown(self, pair: WrittenPair, known: Collection[str], where: str) -> None:
        """A key that means nothing here: an error in a native project, a warning in a dbt project."""
        code = "E121" if self.rules.is_strict else "W221"
        hint = did_you_mean(pair.key, known) or f"Known keys: {', '.join(sorted(known))}"
        if len(hint) > 300:
            hint = "Keys of your own belong under meta"
        self.add(code, f'{where} has no key "{pair.key}"', pair.span, hint)

    def not_built(self, pair: WrittenPair) -> None:
        """Say that what was written has no effect yet; in a dbt project only where a run in dbt would be another."""
        if self.rules.lists_all_not_built or pair.key in CHANGES_A_RUN:
            self.problems.append(without_effect(pair.key, pair.span))

    def mapping(self, written: Written, what: str, hint: str = "") -> WrittenMapping | None:
        """The mapping that stands here; null counts as an empty one."""
        if isinstance(written, WrittenMapping):
            return written
        if isinstance(written, WrittenScalar) and written.value is None:
            return WrittenMapping((), written.place)
        self.misfit(written, what, "a mapping", hint)
        return None

    def pairs(self, written: Written | None, what: str, hint: str = "") -> tuple[WrittenPair, ...]:
        """The pairs of the mapping that stands here, if anything does."""
        mapping = None if written is None else self.mapping(written, what, hint)
        return () if mapping is None else mapping.pairs

    def pairs_at(self, written: WrittenMapping, key: str) -> tuple[WrittenPair, ...]:
        """The pairs of the mapping below a key."""
        pair = written.find(key)
        return () if pair is None else self.pairs(pair.value, key)

    def items(self, written: Written, what: str) -> tuple[Written, ...]:
        """The items of the list that stands here; null counts as an empty one."""
        if isinstance(written, WrittenList):
            return written.items
        if not (isinstance(written, WrittenScalar) and written.value is None):
            self.misfit(written, what, "a list")
        return ()

    def text(self, written: Written, what: str) -> str | None:
        """The text that stands here; a number counts as the text that it is."""
        if isinstance(written, WrittenScalar):
            if isinstance(written.value, str):
                return written.value
            if isinstance(written.value, int | float) and not isinstance(written.value, bool):
                return str(written.value)
        self.misfit(written, what, "a text")
        return None

    def optional_text(self, written: Written, what: str) -> str | None:
        """A text, or null."""
        if isinstance(written, WrittenScalar) and written.value is None:
            return None
        return self.text(written, what)

    def text_at(self, written: WrittenMapping, key: str) -> str | None:
        """The text below a key; None where the key is not there, or null."""
        pair = written.find(key)
        return None if pair is None else self.optional_text(pair.value, key)

    def name_of(self, written: WrittenMapping, what: str) -> tuple[str, Span] | None:
        """The name of a thing and where it stands; what has none is reported."""
        pair = written.find("name")
        if pair is None:
            self.add("E126", f"{what} needs a name", written.span)
            return None
        name = self.text(pair.value, f"the name of {what}")
        return None if name is None else (name, pair.value.span)

    def texts(self, written: Written, what: str) -> tuple[str, ...]:
        """One text, or a list of them."""
        items = written.items if isinstance(written, WrittenList) else (written,)
        found = (self.optional_text(item, what) for item in items)
        return tuple(text for text in found if text is not None)

    def flag(self, written: Written, what: str) -> bool | None:
        """True or false."""
        if isinstance(written, WrittenScalar) and isinstance(written.value, bool):
            return written.value
        self.misfit(written, what, "true or false")
        return None

    def mappings(self, written: Written, what: str) -> Iterator[WrittenMapping]:
        """The mappings of a list; an item of another type is reported and passed over."""
        if isinstance(written, WrittenMapping):
            self.misfit(written, f"{what}s", "a list", "Write each of them as an item: - name: ...")
            return
        for item in self.items(written, f"{what}s"):
            if isinstance(item, WrittenScalar) and isinstance(item.value, str):
                self.misfit(item, f"each of the {what}s", "a mapping", f"Write - name: {item.value}")
                continue
            mapping = self.mapping(item, f"each of the {what}s")
            if mapping is not None:
                yield mapping


def _kind(written: Written) -> str:
    match written:
        case WrittenList():
            return "a list"
        case WrittenMapping():
            return "a mapping"
        case WrittenScalar(value=None):
            return "empty"
        case WrittenScalar(value=bool(value)):
            return "true" if value else "false"
        case WrittenScalar(value=int() | float()):
            return "a number"
        case WrittenScalar(value=str()):
            return "a text"
    return "a date"


def read_config(findings: Findings, section: str, written: Written) -> tuple[Entry, ...]:
    """The entries of a `config:` mapping of a property file. Unknown keys are reported and kept."""
    return tuple(config_entries(findings, section, findings.pairs(written, "config")))


def config_entries(findings: Findings, section: str, pairs: tuple[WrittenPair, ...]) -> Iterator[Entry]:
    """Each pair as an entry, its key in the form in which it is looked up."""
    return (config_entry(findings, section, pair) for pair in pairs)


def read_key(findings: Findings, section: str, pair: WrittenPair, known: Collection[str], what: str) -> Iterator[Entry]:
    """The configuration that a key of a model, seed, source ... brings."""
    if pair.key == "config":
        yield from read_config(findings, section, pair.value)
    elif pair.key not in known:
        findings.unknown(pair, known, what)
    elif pair.key in NOT_BUILT_ASSET_KEYS:
        findings.not_built(pair)
    elif pair.key in CONFIG_AT_THE_TOP:
        yield config_entry(findings, section, pair)


def config_entry(findings: Findings, section: str, pair: WrittenPair) -> Entry:
    """One configuration key. An unknown one is reported, and kept for the adapter and the templates."""
    known = CONFIG_KEYS[section]
    key = snake(pair.key)
    if key in known:
        entry = Entry(key, plain(pair.value), pair.whole if key in TEXTS else pair.span)
        if key in NOT_BUILT_CONFIG_KEYS.get(section, ()):
            findings.not_built(pair)
        _note_not_built(findings, section, entry)
        return entry
    entry = Entry(pair.key.removeprefix("+"), plain(pair.value), pair.span)
    if section in ("models", "seeds", "snapshots"):
        # The pass that merges an asset's configuration says the same of what a SQL or Python file configures.
        findings.problems.append(unknown_key(entry, findings.rules))
    else:
        findings.unknown(pair, known, f"the configuration of {section}")
    return entry


def _note_not_built(findings: Findings, section: str, entry: Entry) -> None:
    """Say of a known key that it has no effect yet, where dbt would do something else in a run."""
    value = entry.value if isinstance(entry.value, Mapping) else {}
    stores = section == "checks" and entry.key == "store_failures" and entry.value in (True, "true", "True")
    if stores and not findings.rules.lists_all_not_built:
        findings.add("W223", "store_failures is not built yet: the rows that fail are not kept", entry.span)
    if section == "sources" and entry.key == "meta" and "external_location" in value:
        hint = "Read the file in a model: from read_parquet('...')"
        findings.problems.append(without_effect("external_location", entry.span, hint))
