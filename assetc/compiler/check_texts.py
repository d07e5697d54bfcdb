"""The texts of a check: its arguments, and the SQL that configures it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from assetc.compiler.asset import Check
from assetc.compiler.config_text import ConfigText
from assetc.compiler.place import Span, TextId

SQL_OF_CHECK = ("where", "fail_calc", "warn_if", "error_if")
"""The configuration of a check that becomes part of its SQL."""


class WithPlaces(Protocol):
    """A check, whether the assets that it reads are known already or not."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def span(self) -> Span:
        """Where it was asked for."""

    @property
    def places(self) -> tuple[tuple[str, Span], ...]:
        """Where its texts were written, by their keys."""


def text_of_check(check: WithPlaces, key: str, text: str) -> ConfigText:
    """An argument of a check, or SQL that configures it."""
    span = dict(check.places).get(key, check.span)
    return ConfigText(TextId(span.path, f"{check.name} {key}"), f"{key} of the check {check.name}", text, span)


def texts_of_check(check: Check) -> Iterator[ConfigText]:
    """What was written for a check and becomes part of its SQL; the longer texts first."""
    values = {key: getattr(check.config, key) for key in SQL_OF_CHECK} | dict(check.arguments)
    written = (text_of_check(check, key, str(values[key])) for key, _ in check.places if values.get(key))
    return iter(sorted(written, key=lambda text: -len(text.text)))
