"""Members that hold other members and macros: namespaces of packages, builtins, context."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jinja2.utils import missing

from assetc.compiler.template.macros import INTERNAL_PACKAGE
from assetc.compiler.template.refusal import Refused
from assetc.compiler.template.rendering import Member, Rendering


class _Names(Member):
    """Names as attributes, and as items: Jinja asks for one where there is no attribute, and expects a KeyError."""

    def __getitem__(self, name: str) -> object:
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(name) from None


class PackageNames(_Names):
    """`package.macro`; below `dbt` also the built-in members."""

    __slots__ = ("_package",)

    def __init__(self, rendering: Rendering, package: str) -> None:
        super().__init__(rendering)
        self._package = package

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        macro = self._rendering.macro_in(self._package, name)
        if macro is not None:
            return macro
        member = self._rendering.member(name) if self._package == INTERNAL_PACKAGE else missing
        if member is missing:
            raise AttributeError(name)
        return member

    def __str__(self) -> str:
        return f"the package {self._package}"


class Builtins(_Names):
    """`builtins.ref` and the rest: the members as they are when no macro takes their names."""

    def __getattr__(self, name: str) -> object:
        value = missing if name.startswith("__") else self._rendering.member(name)
        if value is missing:
            raise AttributeError(name)
        return value

    def get(self, name: str, default: object = None) -> object:
        """A member by name."""
        value = self._rendering.member(name)
        return default if value is missing else value


class Context(Member, Mapping[str, object]):
    """`context['name']`: every name that a template can look up."""

    def __getitem__(self, name: str) -> object:
        value = self._rendering.look_up(str(name))
        if value is missing:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._rendering.known_names())

    def __len__(self) -> int:
        return len(self._rendering.known_names())


def dispatch(
    rendering: Rendering, macro_name: str, macro_namespace: object = None, **ignored: object
) -> Callable[..., Any]:
    """The macro that `adapter.dispatch(macro_name, macro_namespace)` means, in dbt's order."""
    name, namespace = str(macro_name), macro_namespace
    if "." in name:
        package, _, bare = name.partition(".")
        hint = f"Write adapter.dispatch('{bare}', macro_namespace='{package}')"
        raise Refused("E138", f"{name} is not the name of a macro", hint)
    if namespace is not None and not isinstance(namespace, str):
        raise Refused("E137", f"macro_namespace is a text or none, not a {type(namespace).__name__}")
    surroundings = rendering.surroundings
    rendering.findings.read("dispatch", namespace or "")
    tried: list[str] = []
    for searched in _packages(rendering, namespace):
        for prefix in (*surroundings.warehouse.prefixes, "default"):
            candidate = f"{prefix}__{name}"
            tried.append(candidate if searched is None else f"{searched}.{candidate}")
            found = rendering.macro_in(searched, candidate)
            if found is not None:
                return found
    hint = f"Searched for {', '.join(tried)}"
    raise Refused("E138", f"no macro named {name} was found for this warehouse", hint)


def _packages(rendering: Rendering, namespace: str | None) -> tuple[str | None, ...]:
    surroundings = rendering.surroundings
    if namespace is None:
        return (None,)
    if namespace in surroundings.dispatch:
        return surroundings.dispatch[namespace]
    if namespace in surroundings.library.packages:
        return tuple(dict.fromkeys((surroundings.project_name, namespace)))
    return (None,)
