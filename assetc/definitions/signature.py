"""The signature of a body: the role of each parameter, and the annotated return value."""

from __future__ import annotations

import builtins
import functools
import inspect
import sys
from collections import ChainMap
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import ForwardRef, Literal, TypeAlias, get_args, get_type_hints

from msgspec import Struct

from assetc.definitions.asset_in import AssetIn, From, named_asset
from assetc.definitions.errors import InvalidInvocationError
from assetc.definitions.form import form_of, without_wrappers
from assetc.definitions.unimported import Unimported, imported_for_checkers

Body: TypeAlias = Callable[..., object]
Role = Literal["context", "config", "resource", "connection", "upstream"]

CONTEXT_NAMES = frozenset({"context", "_context", "ctx"})
CONNECTION_NAMES = frozenset(
    {
        *("con", "conn", "connection", "session", "cursor", "cur", "db", "engine", "client", "warehouse"),
        *("spark", "duckdb", "bq", "sf"),
    }
)
SERVICE_NAMES = frozenset({"resources", "log", "logger", "self", "cls", "execution_date", "partition", "start", "end"})
MOST_QUOTES = 3
"""How often an annotation may be the text of a text."""

RESOURCE_SUFFIXES = ("Resource", "Config", "Session", "Connection", "Client", "Engine")


class Missing:
    """The annotation of a parameter without one."""


class Parameter(Struct, frozen=True):
    """One parameter of a body; `role` is what it is for if no asset has its name. `annotation` may be text."""

    name: str
    role: Role
    annotation: object
    has_default: bool
    keyword_only: bool
    default_input: AssetIn | None = None


class Signature(Struct, frozen=True):
    """The parameters of a body and the annotation of what it returns."""

    parameters: tuple[Parameter, ...]
    returns: object
    takes_any_keyword: bool

    def parameter(self, role: Role) -> Parameter | None:
        """The first parameter of a role."""
        return next((parameter for parameter in self.parameters if parameter.role == role), None)


def read_signature(body: Body, inputs: Mapping[str, object]) -> Signature:
    """The signature of `body`, whose parameters named in `inputs` are known to be upstreams."""
    signature = _signature(body)
    written = list(signature.parameters.values())
    names = _names_of(body)
    parameters = tuple(
        _parameter(parameter, _evaluate(parameter.annotation, names), certain=parameter.name in inputs)
        for parameter in written
        if parameter.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    )
    returns = _evaluate(signature.return_annotation, names)
    any_keyword = any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in written)
    return Signature(parameters, returns, any_keyword)


def _signature(body: Body) -> inspect.Signature:
    """The signature with annotations that cannot be evaluated left as they are (they are lazy from Python 3.14 on)."""
    if sys.version_info >= (3, 14):
        from annotationlib import Format

        return inspect.signature(body, annotation_format=Format.FORWARDREF)
    return inspect.signature(body)


def _parameter(written: inspect.Parameter, annotation: object, *, certain: bool) -> Parameter:
    default_input = _input_of(written.default)
    role: Role = "upstream" if certain or default_input else _role(written.name, annotation)
    has_default = written.default is not inspect.Parameter.empty and default_input is None
    keyword_only = written.kind is inspect.Parameter.KEYWORD_ONLY
    return Parameter(written.name, role, annotation, has_default, keyword_only, default_input)


def _input_of(default: object) -> AssetIn | None:
    """`orders=From("raw.orders")` says which asset the parameter receives; it is not a default value."""
    if isinstance(default, From):
        return AssetIn(default.name)
    return default if isinstance(default, AssetIn) else None


def _role(name: str, annotation: object) -> Role:
    type_name = _type_name(annotation)
    if name in CONTEXT_NAMES or type_name.endswith("Context"):
        return "context"
    if name == "config":
        return "config"
    if named_asset(annotation) or form_of(annotation):
        return "upstream"
    if name in CONNECTION_NAMES:
        return "connection"
    if name in SERVICE_NAMES or type_name.endswith(RESOURCE_SUFFIXES):
        return "resource"
    return "upstream"


def annotation_name(annotation: object) -> str:
    """An annotation as it is written, as far as it has a name."""
    if annotation is Missing:
        return ""
    if isinstance(annotation, Unimported):
        return annotation.dotted
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")


def _type_name(annotation: object) -> str:
    return annotation_name(without_wrappers(annotation)).rpartition(".")[2]


def _names_of(body: Body) -> ChainMap[str, object]:
    """The names that an annotation of `body` can use, those that only a type checker imports among them."""
    function = inspect.unwrap(body)
    while isinstance(function, functools.partial):
        function = inspect.unwrap(function.func)
    if not inspect.isfunction(function):
        return ChainMap()
    closed = inspect.getclosurevars(function).nonlocals if function.__closure__ else {}
    return ChainMap(dict(closed), function.__globals__, _ForCheckers(function.__code__.co_filename))


class _ForCheckers(dict[str, object]):
    """The names that a file imports for type checkers, read when a name is found nowhere else."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __missing__(self, name: str) -> object:
        if hasattr(builtins, name):
            raise KeyError(name)
        self.update(imported_for_checkers(self._path) if not self else {})
        if name not in self:
            raise KeyError(name)
        return self[name]


def _evaluate(annotation: object, names: Mapping[str, object]) -> object:
    """The type that an annotation means; its text where a name in it is not known."""
    if annotation is inspect.Signature.empty:
        return Missing
    text = annotation.__forward_arg__ if isinstance(annotation, ForwardRef) else annotation
    try:
        for _ in range(MOST_QUOTES):
            text = eval(text, {}, names) if isinstance(text, str) else text  # noqa: S307  the user's own annotation
        return _with_types_inside(text, names)
    except Exception:
        return text


def _with_types_inside(annotation: object, names: Mapping[str, object]) -> object:
    """The annotation with what stands in quotes within its brackets."""
    if not any(isinstance(each, str | ForwardRef) for each in get_args(annotation)):
        return annotation
    holder = SimpleNamespace(__annotations__={"it": annotation})
    return get_type_hints(holder, {}, names, include_extras=True)["it"]


def invoke(
    name: str, body: Body, signature: Signature, arguments: tuple[object, ...], keywords: Mapping[str, object]
) -> object:
    """What the body returns for these arguments. Raises InvalidInvocationError if they do not fit."""
    context = signature.parameter("context")
    if context and not arguments and context.name not in keywords and not context.has_default:
        message = f"{name} takes `{context.name}`, but no context was provided"
        raise InvalidInvocationError(message, code="E182")
    positional = [parameter for parameter in signature.parameters if not parameter.keyword_only]
    if len(arguments) > len(positional):
        message = f"Too many input arguments for {name}: it takes {len(positional)}, got {len(arguments)}"
        raise InvalidInvocationError(message, code="E182")
    given = {parameter.name for parameter in positional[: len(arguments)]}
    _check_names(name, signature, given, keywords)
    return body(*arguments, **keywords)


def _check_names(name: str, signature: Signature, given: set[str], keywords: Mapping[str, object]) -> None:
    known = {parameter.name for parameter in signature.parameters}
    for keyword in keywords:
        if keyword in given:
            raise InvalidInvocationError(f"{name} got {keyword!r} twice", code="E182")
        if keyword not in known and not signature.takes_any_keyword:
            raise InvalidInvocationError(f"{name} has no input {keyword!r}", code="E182")
    for parameter in signature.parameters:
        if parameter.name not in given and parameter.name not in keywords and not parameter.has_default:
            raise InvalidInvocationError(_missing(name, parameter), code="E182")


def _missing(name: str, parameter: Parameter) -> str:
    return f'No value provided for required input "{parameter.name}" of {name}'
