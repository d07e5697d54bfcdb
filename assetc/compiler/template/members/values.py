"""Members that only compute: dbt's small functions and modules."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from hashlib import md5
from typing import Any, NoReturn

import pytz
import yaml

from assetc.compiler.template.plain import plain
from assetc.compiler.template.refusal import Exhausted, Refused, Returned
from assetc.compiler.template.rendered import LogLine
from assetc.compiler.template.rendering import Rendering

_ENDLESS = ("count", "cycle", "repeat")
_ITERTOOLS = (
    *("accumulate", "chain", "compress", "islice", "starmap", "tee", "zip_longest"),
    *("product", "permutations", "combinations", "combinations_with_replacement"),
)
_LONGEST_ITERATION = 1_000_000


def return_value(data: object = None) -> NoReturn:
    """`return(value)`: ends the macro."""
    raise Returned(data)


def fromjson(string: str, default: object = None) -> object:
    """A value from JSON."""
    try:
        return json.loads(string)
    except ValueError:
        return default


def tojson(value: object, default: object = None, *, sort_keys: bool = False) -> object:
    """A value as JSON."""
    try:
        return json.dumps(value, sort_keys=sort_keys, default=_jsonable)
    except ValueError:
        return default


def _jsonable(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")


def fromyaml(value: str, default: object = None) -> object:
    """A value from YAML."""
    try:
        return yaml.load(value, Loader=yaml.CSafeLoader)
    except (AttributeError, ValueError, yaml.YAMLError):
        return default


def toyaml(value: object, default: str | None = None, *, sort_keys: bool = False) -> str | None:
    """A value as YAML."""
    try:
        return yaml.dump(plain(value), Dumper=yaml.CSafeDumper, sort_keys=sort_keys)
    except (ValueError, yaml.YAMLError):
        return default


def make_set(value: Iterable[object], default: object = None) -> object:
    """A set of the elements."""
    try:
        return set(value)
    except TypeError:
        return default


def set_strict(value: Iterable[object]) -> set[object]:
    """A set of the elements; anything else is an error."""
    try:
        return set(value)
    except TypeError as error:
        raise Refused("E137", f"set_strict() cannot make a set: {error}") from None


def make_zip(*arguments: Iterable[object], default: object = None) -> object:
    """Tuples of elements of the same position."""
    try:
        return zip(*arguments, strict=False)
    except TypeError:
        return default


def zip_strict(*arguments: Iterable[object]) -> Iterator[tuple[object, ...]]:
    """Tuples of elements of the same position; anything that is no list is an error."""
    try:
        return zip(*arguments, strict=False)
    except TypeError as error:
        raise Refused("E137", f"zip_strict() cannot combine these: {error}") from None


def local_md5(value: str) -> str:
    """The MD5 of a text, in hexadecimal."""
    return md5(value.encode("utf-8"), usedforsecurity=False).hexdigest()


def diff_of_two_dicts(dict_a: Mapping[str, list[str]], dict_b: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The elements of the first that the second does not have, whatever their case."""
    lowered = {key.casefold(): {value.casefold() for value in values} for key, values in dict_b.items()}
    difference = {
        key: [value for value in values if value.casefold() not in lowered.get(key.casefold(), set())]
        for key, values in dict_a.items()
    }
    return {key: values for key, values in difference.items() if values}


def log(rendering: Rendering) -> Callable[..., str]:
    """`log(message, info=False)`."""

    def log(msg: object = "", info: object = False) -> str:  # noqa: FBT002  dbt's signature
        rendering.findings.logs.append(LogLine("info" if info else "debug", str.__str__(str(msg))))
        return ""

    return log


def modules(rendering: Rendering) -> dict[str, dict[str, object]]:
    """`modules.datetime`, `.pytz`, `.re` and `.itertools`; the clock is that of the invocation."""
    return {
        "datetime": _datetime_module(rendering),
        "pytz": {name: getattr(pytz, name) for name in pytz.__all__},
        "re": {name: getattr(re, name) for name in re.__all__},
        "itertools": {
            **{name: getattr(itertools, name) for name in _ITERTOOLS},
            **{name: _ending(getattr(itertools, name)) for name in _ENDLESS},
        },
    }


def _ending(function: Callable[..., Iterator[object]]) -> Callable[..., Iterator[object]]:
    def limited(*arguments: Any, **options: Any) -> Iterator[object]:
        for turn, value in enumerate(function(*arguments, **options)):
            if turn >= _LONGEST_ITERATION:
                raise Exhausted(f"{function.__name__}() did not end after {_LONGEST_ITERATION:,} elements")
            yield value

    return limited


def _datetime_module(rendering: Rendering) -> dict[str, object]:
    def now() -> datetime:
        rendering.findings.read("clock", "now")
        return rendering.surroundings.now

    class InvocationDatetime(datetime):
        """A datetime whose "now" is that of the invocation."""

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            """The time of the invocation, in UTC where no zone is given."""
            moment = now().astimezone(tz or UTC)
            return moment if tz else moment.replace(tzinfo=None)

        utcnow = today = now  # type: ignore[assignment]

    class InvocationDate(date):
        """A date whose "today" is that of the invocation."""

        @classmethod
        def today(cls) -> date:  # type: ignore[override]
            """The day of the invocation in UTC."""
            return now().astimezone(UTC).date()

    return {
        "date": InvocationDate,
        "datetime": InvocationDatetime,
        "time": time,
        "timedelta": timedelta,
        "tzinfo": tzinfo,
    }
