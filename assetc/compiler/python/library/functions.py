"""Functions of Python and of libraries whose results follow from their arguments, by the last part of their names."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Callable, Mapping, Sequence
from itertools import islice, product

from assetc.compiler.python.follow.items import MOST_ITEMS, elements_of, items_of
from assetc.compiler.python.follow.known import choice, has_default, known_text, only_text
from assetc.compiler.python.follow.machine import Call, Machine
from assetc.compiler.python.follow.members import attribute_of
from assetc.compiler.python.follow.values import (
    UNKNOWN,
    Closure,
    Constant,
    Entries,
    FilePath,
    Items,
    Outside,
    Text,
    Unknown,
    Value,
)
from assetc.compiler.python.library.decorators import as_decorator
from assetc.compiler.python.library.strings import as_text

CallBack = Callable[[Value, Sequence[Value]], Value]
LibraryFunction = Callable[[Call], Value | None]

_OPAQUE = frozenset((
    "exec", "eval", "globals", "load_assets_from_modules", "load_assets_from_current_module",
    "load_assets_from_package_module", "load_assets_from_package_name",
))  # fmt: skip


# Functions of executors and event loops that call their first argument with the others.
_LATER = frozenset(("submit", "to_thread", "apply_async", "start_soon"))


def call_library(machine: Machine, call: Call, call_back: CallBack) -> Value | None:
    """The result of a known function; None if it is not one."""
    if call.name in _LATER and call.positional and isinstance(call.positional[0], Closure):
        return call_back(call.positional[0], call.positional[1:])
    if call.name == "map" and isinstance(call.receiver, Unknown) and isinstance(_first(call), Closure):
        return _mapped(call, call_back)
    if not isinstance(call.callee, Outside):
        return None
    if call.name in ("map", "starmap", "filter") and call.receiver in (None, Outside("itertools")):
        return _mapped(call, call_back)
    if call.name == "join" and call.callee.name.endswith("path.join"):
        return _path(call)
    function = _FUNCTIONS.get(call.name)
    return None if function is None else function(call)


def is_opaque(call: Call) -> bool:
    """Whether a call at module level can define assets that are not found by reading."""
    if isinstance(call.callee, Outside) and call.name in _OPAQUE:
        return True
    return any(isinstance(value, Closure) and _defines_assets(value) for value in call.positional)


def _defines_assets(closure: Closure) -> bool:
    inner = (node for node in ast.walk(closure.node) if isinstance(node, ast.FunctionDef) and node is not closure.node)
    return any("asset" in ast.dump(decorator) for node in inner for decorator in node.decorator_list)


def _mapped(call: Call, call_back: CallBack) -> Value | None:
    if len(call.positional) < 2:
        return None
    function, *sequences = call.positional
    columns = [items_of(sequence) for sequence in sequences]
    if None in columns:
        return None
    rows = list(zip(*(column for column in columns if column is not None), strict=False))
    if call.name == "filter":
        return UNKNOWN
    if call.name == "starmap":
        return Items(tuple(call_back(function, elements_of(row[0])) for row in rows))
    return Items(tuple(call_back(function, row) for row in rows))


def _first(call: Call) -> Value | None:
    return call.positional[0] if call.positional else next(iter(call.named.values()), None)


def _string(call: Call) -> Value | None:
    return as_text(call.positional[0]) if call.positional else None


def _listed(call: Call) -> Value | None:
    items = items_of(call.positional[0]) if call.positional else []
    if items is None:
        return UNKNOWN
    return Items(tuple(reversed(items) if call.name == "reversed" else items))


def _sorted(call: Call) -> Value | None:
    items = items_of(call.positional[0]) if call.positional else None
    if items is None:
        return UNKNOWN
    texts = [only_text(item) for item in items]
    if call.named or None in texts:
        return Items(tuple(items))
    return Items(tuple(item for _, item in sorted(zip(texts, items, strict=True), key=lambda pair: str(pair[0]))))


def _path(call: Call) -> Value | None:
    parts: list[str] = []
    for value in call.positional:
        part = value.path if isinstance(value, FilePath) else only_text(value)
        if part is None or has_default(value):
            return UNKNOWN
        parts.append(part)
    return FilePath(posixpath.join(*parts) if parts else ".")


def _path_function(call: Call) -> Value | None:
    path = _path(call)
    if not isinstance(path, FilePath):
        return None
    return FilePath(posixpath.dirname(path.path) or ".") if call.name == "dirname" else path


def _opened(call: Call) -> Value | None:
    first = _first(call)
    mode = only_text(call.positional[1] if len(call.positional) > 1 else call.named.get("mode", UNKNOWN))
    if first is None or (mode or "r")[0] != "r":
        return UNKNOWN
    path = first.path if isinstance(first, FilePath) else only_text(first)
    return UNKNOWN if path is None else FilePath(path)


def _range(call: Call) -> Value | None:
    bounds = [value.value for value in call.positional if isinstance(value, Constant)]
    numbers = [bound for bound in bounds if isinstance(bound, int)]
    if not numbers or len(numbers) != len(call.positional) or len(numbers) > 3 or numbers[2:] == [0]:
        return UNKNOWN
    return Items(tuple(Constant(number) for number in islice(range(*numbers), MOST_ITEMS)))


def _zipped(call: Call) -> Value | None:
    columns = [items_of(value) for value in call.positional]
    if not columns or None in columns:
        return UNKNOWN
    return Items(tuple(Items(row) for row in zip(*(column for column in columns if column is not None), strict=False)))


def _enumerated(call: Call) -> Value | None:
    items = items_of(call.positional[0]) if call.positional else None
    if items is None:
        return UNKNOWN
    return Items(tuple(Items((Constant(index), item)) for index, item in enumerate(items)))


def _product(call: Call) -> Value | None:
    columns = [items_of(value) for value in call.positional]
    if not columns or None in columns or call.named:
        return UNKNOWN
    rows = product(*(column for column in columns if column is not None))
    return Items(tuple(Items(row) for row in islice(rows, MOST_ITEMS)))


def _chained(call: Call) -> Value | None:
    return Items(tuple(item for value in call.positional for item in elements_of(value)))


def _dictionary(call: Call) -> Value | None:
    base = call.positional[0] if call.positional else Entries({})
    if isinstance(base, Items):
        base = _from_pairs(base)
    if not isinstance(base, Entries):
        base = Entries({}, complete=False)
    return Entries(base.values | dict(call.named), base.complete and not call.is_open)


def _from_pairs(pairs: Items) -> Entries:
    entries: dict[str, Value] = {}
    for pair in pairs.values:
        if not (isinstance(pair, Items) and len(pair.values) == 2):
            return Entries({}, complete=False)
        key = only_text(pair.values[0])
        if key is None:
            return Entries({}, complete=False)
        entries[key] = pair.values[1]
    return Entries(entries)


def _attribute(call: Call) -> Value | None:
    name = only_text(call.positional[1]) if len(call.positional) > 1 else None
    return UNKNOWN if name is None else attribute_of(call.positional[0], name)


def _partial(call: Call) -> Value | None:
    function = call.positional[0] if call.positional else UNKNOWN
    if isinstance(function, Closure):
        named = (*function.named, *call.named.items())
        return Closure(function.node, function.scope, (*function.bound, *call.positional[1:]), named)
    return as_decorator(function, call, call.scope.source)


def _length(call: Call) -> Value | None:
    items = items_of(call.positional[0]) if call.positional else None
    return UNKNOWN if items is None else Constant(len(items))


def _same(call: Call) -> Value | None:
    first = _first(call)
    return first if isinstance(first, (Text, Items, Entries, FilePath)) else None


def _chosen(call: Call) -> Value | None:
    items = items_of(call.positional[0]) if call.positional else None
    return choice(items) if items else UNKNOWN


def _joined_text(call: Call) -> Value | None:
    """psycopg's `SQL(", ").join(...)` has the form of the string's method; `os.fspath` and the like give text."""
    first = _first(call)
    return known_text(first.path) if isinstance(first, FilePath) else first


_TRANSPARENT = (
    "dedent", "indent", "text", "cleandoc", "Template", "SQL", "Identifier", "literal_column", "Literal",
    "from_string", "deepcopy", "copy", "quote", "quoted_name", "DDL", "TextClause", "sql_text", "sql_identifier",
)  # fmt: skip

_FUNCTIONS: Mapping[str, LibraryFunction] = {
    **dict.fromkeys(_TRANSPARENT, _same),
    **dict.fromkeys(("list", "tuple", "set", "frozenset", "reversed", "iter"), _listed),
    **dict.fromkeys(("Path", "PurePath", "PosixPath", "PurePosixPath"), _path),
    **dict.fromkeys(("dirname", "abspath", "realpath", "normpath"), _path_function),
    **dict.fromkeys(("dict", "SimpleNamespace", "OrderedDict", "MappingProxyType"), _dictionary),
    "fspath": _joined_text,
    "str": _string,
    "sorted": _sorted,
    "open": _opened,
    **dict.fromkeys(("cwd", "getcwd"), lambda call: FilePath(".")),
    "home": lambda call: FilePath("~"),
    "range": _range,
    "zip": _zipped,
    "enumerate": _enumerated,
    "product": _product,
    "chain": _chained,
    "getattr": _attribute,
    "partial": _partial,
    "len": _length,
    "next": _chosen,
    "choice": _chosen,
}
