"""Members that name relations: ref, source, this; and the helpers that name checks."""

from __future__ import annotations

from collections.abc import Callable

from assetc.compiler.template.plain import plain
from assetc.compiler.template.reads import SEPARATOR
from assetc.compiler.template.refusal import Refused
from assetc.compiler.template.rendering import Rendering

_CHECK_PARAMETERS = {"accepted_values": ("values",), "relationships": ("to", "field")}


def ref(rendering: Rendering) -> Callable[..., object]:
    """`ref([package,] name, v=None)`."""

    def ref(*arguments: object, **options: object) -> object:
        if rendering.is_unknown(arguments):
            return rendering.unknown("a name is not known yet")
        names = _names("ref", arguments, (1, 2), "a name, or a package and a name")
        unknown = sorted(options.keys() - {"version", "v"})
        if unknown and rendering.surroundings.unknown_names == "error":  # dbt passes over them
            raise Refused("E137", f"ref() has no argument {unknown[0]}", "It takes v=, the version of a model")
        chosen = options.get("version") or options.get("v")
        version = None if chosen is None else str(chosen)
        package = names[0] if len(names) == 2 else None
        value = rendering.surroundings.names.ref(package, names[-1], version)
        rendering.findings.saw("ref", SEPARATOR.join((package or "", names[-1], version or "")), str(value))
        rendering.refer("ref", names, version)
        return value

    return ref


def source(rendering: Rendering) -> Callable[..., object]:
    """`source(source, table)`."""

    def source(*arguments: object) -> object:
        if rendering.is_unknown(arguments):
            return rendering.unknown("a name is not known yet")
        names = _names("source", arguments, (2, 2), "the name of a source and of its table")
        value = rendering.surroundings.names.source(names[0], names[1])
        rendering.findings.saw("source", SEPARATOR.join(names), str(value))
        rendering.refer("source", names, None)
        return value

    return source


def this(rendering: Rendering) -> object:
    """The relation of the template's own asset."""
    rendering.findings.read("this", "")
    return rendering.surroundings.names.this


def check(name: str) -> Callable[[Rendering], Callable[..., object]]:
    """A check as a value for `config(checks=[...])`: what a property file would say."""

    def factory(_: Rendering) -> Callable[..., object]:
        def check(column: str | None = None, *arguments: object, **options: object) -> dict[str, object]:
            named = dict(zip(_CHECK_PARAMETERS.get(name, ()), arguments, strict=False))
            given = {} if column is None else {"column_name": column}
            return {name: plain({**given, **named, **options})}

        return check

    return factory


_EXAMPLES = {"ref": "Write it as ref('orders')", "source": "Write it as source('crm', 'users')"}


def _names(function: str, arguments: tuple[object, ...], count: tuple[int, int], wanted: str) -> tuple[str, ...]:
    if not count[0] <= len(arguments) <= count[1]:
        raise Refused("E137", f"{function}() takes {wanted}; {len(arguments)} given", _EXAMPLES[function])
    for argument in arguments:
        if not isinstance(argument, str):
            raise Refused(
                "E137", f"{function}() takes {wanted}, as texts; a {type(argument).__name__} given", _EXAMPLES[function]
            )
    return tuple(str.__str__(argument) for argument in arguments if isinstance(argument, str))
