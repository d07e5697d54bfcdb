"""What a template may not do so that it always ends: work without end, and texts that no memory holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Sized
from functools import wraps
from string import Formatter
from typing import Any

from assetc.compiler.template.refusal import Exhausted

MAXIMUM_SIZE = 20_000_000
MAXIMUM_WORK = 2_000_000
WORK_OF_CALL = 5
_MAXIMUM_BITS = 1_000_000
_MAXIMUM_POWER = 10_000

WIDENING_FILTERS = ("center", "indent", "format", "replace", "batch", "slice", "round")
_WIDENING_METHODS = frozenset({"ljust", "rjust", "center", "zfill", "expandtabs", "replace", "format", "format_map"})
_WIDE_PERCENT = re.compile(r"%(?:\(\w*\))?[-+ #0]*[\d.]*(?:\*|\d{7})")
_WIDE_SPECIFICATION = re.compile(r"\d{7}|\{")


def limit(value: Sized) -> None:
    """Refuse what is larger than any SQL could be."""
    if len(value) > MAXIMUM_SIZE:
        raise Exhausted(f"the template makes a text or list of more than {MAXIMUM_SIZE:,} characters or elements")


def limit_operation(operator: str, left: object, right: object) -> None:
    """Refuse arithmetic whose result would be too large to make."""
    if operator == "**" and isinstance(left, int) and isinstance(right, int) and abs(right) > _MAXIMUM_POWER:
        raise Exhausted("the template makes a number that is too large")
    if operator == "*":
        _limit_product(left, right)
        _limit_product(right, left)
    if operator == "%" and isinstance(left, str):
        _limit_percent(left)


def limit_method(method: object, arguments: tuple[object, ...]) -> None:
    """Refuse a method of a text whose result would be too large to make."""
    method = getattr(method, "__wrapped__", method)  # the sandbox wraps str.format
    text = getattr(method, "__self__", None)
    name = getattr(method, "__name__", "")
    if isinstance(text, str) and name in _WIDENING_METHODS:
        _limit_arguments((text, *arguments) if name == "replace" else arguments)
        if name.startswith("format"):
            _limit_braces(text)


def limit_receiver(method: object) -> None:
    """Refuse a list or mapping that grew too large by a method."""
    receiver = getattr(method, "__self__", None)
    if isinstance(receiver, list | dict | set):
        limit(receiver)


def limited_filter(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that refuses what would be too large to make."""

    @wraps(function)
    def limited(*arguments: Any, **options: Any) -> Any:
        _limit_arguments((*arguments, *options.values()))
        if arguments and isinstance(arguments[0], str) and function.__name__ == "do_format":
            _limit_percent(arguments[0])
        return function(*arguments, **options)

    return limited


def _limit_arguments(arguments: tuple[object, ...]) -> None:
    """Refuse wide numbers, and texts whose product is too large (the result of a replacement)."""
    product = 1
    for argument in arguments:
        if isinstance(argument, int) and argument > MAXIMUM_SIZE:
            raise Exhausted(f"the template makes a text of more than {MAXIMUM_SIZE:,} characters")
        product *= len(argument) + 1 if isinstance(argument, str) else 1
    if product > MAXIMUM_SIZE * 1000:
        raise Exhausted(f"the template may make a text of more than {MAXIMUM_SIZE:,} characters")


def _limit_product(repeated: object, times: object) -> None:
    if isinstance(repeated, str | list | tuple) and isinstance(times, int):
        if len(repeated) * times > MAXIMUM_SIZE:
            raise Exhausted("the template repeats a text or list too often")
    elif isinstance(repeated, int) and repeated.bit_length() > _MAXIMUM_BITS:
        raise Exhausted("the template makes a number that is too large")


def _limit_percent(text: str) -> None:
    if _WIDE_PERCENT.search(text):
        raise Exhausted("the template formats a text that may be too wide")


def _limit_braces(text: str) -> None:
    for _, _, specification, _ in Formatter().parse(text):
        if specification and _WIDE_SPECIFICATION.search(specification):
            raise Exhausted("the template formats a text that may be too wide")
