"""The configuration of a check, from its entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from assetc.compiler.asset import CheckConfig
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.project import Entry


def check_config(entries: Iterable[Entry]) -> tuple[CheckConfig, tuple[Diagnostic, ...]]:
    """The outcome of entries, the weakest first; a template among them counts as not written."""
    values: dict[str, object] = {}
    tags: list[str] = []
    problems: list[Diagnostic] = []
    for entry in entries:
        if isinstance(entry.value, str) and "{{" in entry.value:
            continue
        convert, expected = _CONVERTERS.get(entry.key, (None, ""))
        if convert is None:
            continue
        try:
            value = convert(entry.value)
        except (TypeError, ValueError):
            problems.append(diagnostic("E126", f"{entry.key} of a check must be {expected}", entry.span))
            continue
        if isinstance(value, tuple):
            tags += value
        else:
            values[entry.key] = value
    config = CheckConfig(**values, tags=tuple(dict.fromkeys(tags)))  # type: ignore[arg-type]  # each was converted
    return config, tuple(problems)


def _severity(value: object) -> str:
    word = _text(value).casefold()
    if word not in ("error", "warn"):
        raise ValueError(word)
    return word


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    return str(value)


def _optional_text(value: object) -> str | None:
    return None if value is None else _text(value)


def _optional_count(value: object) -> int | None:
    return None if value is None else int(_text(value))


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _tags(value: object) -> tuple[str, ...]:
    return tuple(_text(tag) for tag in (value if isinstance(value, list) else [value]))


_CONVERTERS: dict[str, tuple[Callable[[object], object], str]] = {
    "severity": (_severity, "error or warn"),
    "where": (_optional_text, "a condition in SQL"),
    "limit": (_optional_count, "a whole number"),
    "fail_calc": (_text, "an expression in SQL"),
    "warn_if": (_text, 'a comparison such as "> 10"'),
    "error_if": (_text, 'a comparison such as "> 10"'),
    "tags": (_tags, "a text, or a list of them"),
    "enabled": (_flag, "true or false"),
}
