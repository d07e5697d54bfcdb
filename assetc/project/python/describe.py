"""A definition as plain data: what is known of an asset without the text of its function."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from assetc.compiler.python.imported import ImportedAsset
from assetc.definitions.asset import AssetsDefinition
from assetc.definitions.asset_out import AssetOutput
from assetc.definitions.output import DEFAULT_OUTPUT
from assetc.definitions.signature import annotation_name

LONGEST_LIST = 1000


def describe(definition: AssetsDefinition, root: Path | None) -> Iterator[ImportedAsset]:
    """Each asset that a definition makes; its function has a place if it stands in a file below the root."""
    function = _function_of(definition.body)
    file, line = _place_of(function, root)
    inputs = {str(item.key) for item in definition.inputs}  # a multi-asset counts them among its deps, too
    is_single = [output.name for output in definition.outputs] == [DEFAULT_OUTPUT]
    values = constants(_closed_over(function).items())
    for output in sorted(definition.outputs, key=lambda output: output.key):
        yield ImportedAsset(
            key=str(output.key) if is_single else definition.node_name,
            function=str(getattr(function, "__name__", definition.node_name)),
            file=file,
            line=line,
            deps=tuple(sorted({str(dep.key) for dep in output.spec.deps} - inputs)),
            inputs=tuple((item.parameter.name, str(item.key)) for item in definition.inputs if item.explicit),
            ignore_deps=tuple(sorted(map(str, definition.ignored))),
            outs=() if is_single else (str(output.key),),
            config=constants(_configuration(definition, output).items()),
            values=values,
            parameters=tuple(
                (each.name, annotation_name(each.annotation), each.role, each.has_default)
                for each in definition.signature.parameters
            ),
            description=output.spec.description or "",
        )


def _configuration(definition: AssetsDefinition, output: AssetOutput) -> Mapping[str, object]:
    """What was written, of one output; what was not given is None."""
    written = {**definition.options, **definition.config, "group_name": output.spec.group_name}
    return {name: value for name, value in written.items() if value is not None}


def _place_of(function: object, root: Path | None) -> tuple[str, int]:
    """Where a function stands; nowhere if that is no file of the project."""
    code = getattr(function, "__code__", None)
    if code is None or root is None:
        return "", 0
    file = Path(code.co_filename)
    inside = file.is_relative_to(root) and file.exists()
    return (file.relative_to(root).as_posix(), code.co_firstlineno) if inside else ("", 0)


def _function_of(body: object) -> object:
    while hasattr(body, "func") or hasattr(body, "__wrapped__"):
        body = getattr(body, "func", None) or getattr(body, "__wrapped__", None)
    return body


def _closed_over(function: object) -> Mapping[str, object]:
    code, cells = getattr(function, "__code__", None), getattr(function, "__closure__", None) or ()
    names = code.co_freevars if code is not None else ()
    values: dict[str, object] = {}
    for name, cell in zip(names, cells, strict=False):
        try:
            values[name] = cell.cell_contents
        except ValueError:  # a name that was never bound
            continue
    return values


def constants(pairs: Iterable[tuple[str, object]]) -> tuple[tuple[str, object], ...]:
    """The pairs whose values can be written as JSON and read back the same."""
    return tuple((name, value) for name, value in pairs if not name.startswith("__") and _is_plain(value, 4))


def _is_plain(value: object, depth: int) -> bool:
    if value is None or type(value) in (str, int, float, bool):
        return True
    if depth == 0:
        return False
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return len(value) <= LONGEST_LIST and all(_is_plain(item, depth - 1) for item in value)
    if isinstance(value, dict) and type(value) is dict:
        return len(value) <= LONGEST_LIST and all(
            type(key) is str and _is_plain(item, depth - 1) for key, item in value.items()
        )
    return False
