"""`@asset` and `@multi_asset`: a function becomes a definition."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias, Unpack, overload

from assetc.definitions.asset import AssetInput, AssetsDefinition, SourcePlace, collect
from assetc.definitions.asset_in import AssetIn, named_asset, to_asset_in
from assetc.definitions.asset_out import AssetOut, AssetOutput
from assetc.definitions.dependency import AssetDep, to_deps
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.key import AssetKey, KeyLike, key_of
from assetc.definitions.names import check_asset_name, check_step_name
from assetc.definitions.options import AssetOptions, MultiAssetOptions, SharedOptions, check_options, config_of
from assetc.definitions.output import DEFAULT_OUTPUT, MaterializeResult
from assetc.definitions.signature import Body, Parameter, Signature, read_signature
from assetc.definitions.spec import DEFAULT_IO_MANAGER_KEY, AssetSpec

Decorator: TypeAlias = Callable[[Body], AssetsDefinition]


@overload
def asset(body: Body, /) -> AssetsDefinition: ...
@overload
def asset(name: str, /, **options: Unpack[AssetOptions]) -> Decorator: ...
@overload
def asset(**options: Unpack[AssetOptions]) -> Decorator: ...
def asset(body: Body | str | None = None, /, **options: Unpack[AssetOptions]) -> AssetsDefinition | Decorator:
    """Make a function an asset: its name is the key, its parameters are the upstream assets.

    `@asset("orders")` is `@asset(name="orders")`. Raises InvalidDefinitionError for arguments that can never work.
    """
    check_options("asset", options, AssetOptions)
    if isinstance(body, str):
        options.setdefault("name", body)
        body = None
    if body is None:
        return functools.partial(_define_asset, options=options)
    return _define_asset(body, options)


def multi_asset(**options: Unpack[MultiAssetOptions]) -> Decorator:
    """Make a function several assets: `outs` by the names of its outputs, or `specs`. Raises InvalidDefinitionError."""
    check_options("multi_asset", options, MultiAssetOptions)
    return functools.partial(_define_multi_asset, options=options)


def _define_asset(body: Body, options: AssetOptions) -> AssetsDefinition:
    signature, inputs = _read_inputs(body, options)
    key = _key_of_asset(body, options)
    spec = AssetSpec(
        key,
        deps=to_deps(_all_deps(options)),
        description=options.get("description") or inspect.getdoc(_function_of(body)),
        metadata=options.get("metadata") or options.get("meta"),
        skippable=not options.get("output_required", True),
        group_name=options.get("group_name") or options.get("group"),
        code_version=options.get("code_version"),
        owners=options.get("owners"),
        tags=options.get("tags"),
        kinds=options.get("kinds") or ({options["compute_kind"] or ""} if options.get("compute_kind") else ()),
        io_manager_key=options.get("io_manager_key") or DEFAULT_IO_MANAGER_KEY,
    )
    stores_value = signature.returns not in (None, type(None), MaterializeResult, "None")
    output = AssetOutput(DEFAULT_OUTPUT, spec, signature.returns, options.get("output_required", True), stores_value)
    return _definition(body, signature, inputs, (output,), options)


def _key_of_asset(body: Body, options: AssetOptions) -> AssetKey:
    if "key" in options:
        if options.get("name") or options.get("key_prefix"):
            message = "@asset: key cannot be set together with name or key_prefix"
            raise InvalidDefinitionError(message, code="E108")
        key = key_of(options["key"])
        check_asset_name(key.name)
    else:
        prefix = options.get("key_prefix")
        name = check_asset_name(options.get("name") or _name_of(body))
        key = AssetKey((*(AssetKey(prefix).parts if prefix else ()), name))
    check_step_name(key.to_python_identifier())
    return key


def _define_multi_asset(body: Body, options: MultiAssetOptions) -> AssetsDefinition:
    signature, inputs = _read_inputs(body, options)
    if bool(options.get("outs")) == bool(options.get("specs")):
        raise InvalidDefinitionError("@multi_asset needs outs or specs, one of the two", code="E108")
    if options.get("specs"):
        outputs = tuple(
            AssetOutput(spec.key.to_python_identifier(), spec, None, not spec.skippable, stores_value=False)
            for spec in options["specs"]
        )
    else:
        outputs = _outputs_of_outs(options, inputs)
    return _definition(body, signature, inputs, outputs, options)


def _outputs_of_outs(options: MultiAssetOptions, inputs: tuple[AssetInput, ...]) -> tuple[AssetOutput, ...]:
    internal = options.get("internal_asset_deps") or {}
    shared = to_deps([*_all_deps(options), *(item.key for item in inputs if item.parameter.role == "upstream")])
    group_name, outs = options.get("group_name") or options.get("group"), options["outs"]
    return tuple(
        _output_of_out(name, out, group_name, to_deps(internal[name]) if name in internal else shared)
        for name, out in (outs if isinstance(outs, Mapping) else {name: AssetOut() for name in outs}).items()
    )


def _output_of_out(name: str, out: AssetOut, group_name: str | None, deps: tuple[AssetDep, ...]) -> AssetOutput:
    spec = out.to_spec(check_asset_name(name), group_name, deps)
    return AssetOutput(name, spec, out.dagster_type, out.is_required, stores_value=True)


def _definition(
    body: Body,
    signature: Signature,
    inputs: tuple[AssetInput, ...],
    outputs: tuple[AssetOutput, ...],
    options: AssetOptions | MultiAssetOptions,
) -> AssetsDefinition:
    single = outputs[0].key.to_python_identifier() if len(outputs) == 1 else ""
    can_subset: object = options.get("can_subset", False)
    definition = AssetsDefinition(
        body=body,
        signature=signature,
        node_name=single or check_step_name(options.get("name") or _name_of(body)),
        inputs=inputs,
        outputs=outputs,
        place=_place_of(body),
        can_subset=bool(can_subset),
        ignored=frozenset(key_of(key) for key in options.get("ignore_deps") or ()),
        required_resource_keys=frozenset(options.get("required_resource_keys") or ()),
        config=config_of(options),
        options=dict(options),
    )
    return collect(definition)


def _read_inputs(body: Body, options: SharedOptions) -> tuple[Signature, tuple[AssetInput, ...]]:
    ins = {name: to_asset_in(given) for name, given in (options.get("ins") or {}).items()}
    signature = read_signature(body, ins)
    names = {parameter.name for parameter in signature.parameters}
    for name in ins:
        if name not in names and not signature.takes_any_keyword:
            message = f"ins names {name!r}, which is none of the arguments of {_name_of(body)}: {sorted(names)}"
            raise InvalidDefinitionError(message, code="E108")
    found = (_input(parameter, ins.get(parameter.name)) for parameter in signature.parameters)
    return signature, tuple(item for item in found if item)


def _input(parameter: Parameter, asset_in: AssetIn | None) -> AssetInput | None:
    """What a parameter may receive; None for one that can never be an upstream (the context)."""
    asset_in = asset_in or parameter.default_input
    if parameter.role in ("context", "config") and asset_in is None:
        return None
    named = named_asset(parameter.annotation)
    written = (asset_in.key_for(parameter.name) if asset_in else None) or (AssetKey(named) if named else None)
    certain = bool(written) or (parameter.role == "upstream" and not parameter.has_default)
    key = written or AssetKey(parameter.name)
    return AssetInput(parameter, key, asset_in or AssetIn(), explicit=written is not None, certain=certain)


def _all_deps(options: SharedOptions) -> Iterable[KeyLike | AssetDep]:
    for name in ("deps", "non_argument_deps"):
        given = options.get(name)
        if given:
            yield from to_deps(_iterable(given, name))


def _iterable(given: object, name: str) -> Iterable[KeyLike | AssetDep]:
    if isinstance(given, Iterable) and not isinstance(given, str | Mapping):
        return given
    raise InvalidDefinitionError(f"{name} needs a list of keys, got {given!r}", code="E108")


def _function_of(body: Body) -> Body:
    while isinstance(body, functools.partial):
        body = body.func
    return body


def _name_of(body: Body) -> str:
    return str(getattr(_function_of(body), "__name__", type(body).__name__))


def _place_of(body: Body) -> SourcePlace:
    code = getattr(inspect.unwrap(_function_of(body)), "__code__", None)
    return SourcePlace(code.co_filename, code.co_firstlineno) if code else SourcePlace("<unknown>", 0)
