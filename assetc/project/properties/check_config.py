"""The configuration of a check, from its entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from assetc.compiler.asset import CheckConfig
from assetc.compiler.configuration.values import Misfit, flag, number, one_of, optional, text, texts
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.project import Entry


def check_config(entries: Iterable[Entry]) -> tuple[CheckConfig, tuple[Diagnostic, ...]]:
    """The outcome of entries, the weakest first."""
    values: dict[str, object] = {}
    tags: list[str] = []
    problems: list[Diagnostic] = []
    for entry in entries:
        convert = _CONVERTERS.get(entry.key)
        if convert is None:
            continue
        try:
            value = convert(entry.value)
        except Misfit as misfit:
            message = f"{entry.key} of a check must be {misfit}"
            problems.append(diagnostic("E126", message, entry.span, hint=misfit.hint))
            continue
        if isinstance(value, tuple):
            tags += value
        else:
            values[entry.key] = value
    config = CheckConfig(**values, tags=tuple(dict.fromkeys(tags)))  # type: ignore[arg-type]  # each was converted
    return config, tuple(problems)


def _severity(value: object) -> object:
    return one_of("error", "warn")(text(value).casefold())


def _count(value: object) -> int:
    return number(int(value) if isinstance(value, str) and value.isdecimal() else value)


_CONVERTERS: dict[str, Callable[[object], object]] = {
    "severity": _severity,
    "where": optional(text),
    "limit": optional(_count),
    "fail_calc": text,
    "warn_if": text,
    "error_if": text,
    "tags": texts,
    "enabled": flag,
}
