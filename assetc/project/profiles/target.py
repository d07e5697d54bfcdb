"""From an output to the target that the compiler sees and the connection that the runtime opens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from assetc.adapters.registry import UnknownAdapter, find_adapter
from assetc.compiler.configuration.keys import without_effect
from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.place import Span
from assetc.compiler.project import Target
from assetc.project.profiles.profiles import Output
from assetc.project.profiles.secrets import named_only, without_secrets

if TYPE_CHECKING:
    from assetc.adapters.protocol import Adapter, Identity, ParsedOutput


class Connection(Struct, frozen=True):
    """What a warehouse is opened with. It holds secrets, so it is never shown. `place` is where its profile says it."""

    __repr__ = named_only

    type: str
    output: ParsedOutput
    place: Span | None = None


class TargetRequest(Struct, frozen=True):
    """What is decided outside of the profile: threads of the command line, names of the project file."""

    threads: int | None
    default_threads: int
    schema: str | None


COMMON_FIELDS = frozenset({"type", "threads", "database", "schema"})
"""What the outputs of all adapters may say."""


def make_target(
    output: Output, request: TargetRequest, secrets: tuple[str, ...], root: str
) -> tuple[Target, Connection] | Diagnostic:
    """The target and its connection, or what is wrong with the output."""
    kind = output.fields.get("type")
    if not isinstance(kind, str) or not kind:
        message = f"the target {output.name} has no type"
        hint = "Say which warehouse it is, for example type: duckdb"
        return diagnostic("E124", message, output.places.get("type") or output.span, hint=hint)
    try:
        adapter = find_adapter(kind)
    except UnknownAdapter as unknown:
        return diagnostic("E124", str(unknown), output.places.get("type"), hint=unknown.hint)
    fields = {**output.fields, **({"schema": request.schema} if request.schema else {})}
    fault = _misfit(output, fields)
    if fault is not None:
        return fault
    parsed = adapter.parse(fields, root)
    if isinstance(parsed, tuple):
        misfit = parsed[0]
        return diagnostic("E124", misfit.message, output.places.get(misfit.field) or output.span, hint=misfit.hint)
    place = output.places.get("path") or output.span
    threads = request.threads or _count(fields.get("threads")) or request.default_threads
    target = _target(output, adapter, parsed.identity, threads, without_secrets(fields, secrets))
    return target, Connection(kind, parsed, place)


def strange_fields(output: Output, connection: Connection, *, is_strict: bool) -> Iterator[Diagnostic]:
    """The fields of a target that its adapter does not know: they mean nothing."""
    adapter = find_adapter(connection.type)
    known = adapter.fields | COMMON_FIELDS
    for key, place in output.places.items():
        if key not in known:
            message = f"a target of type {connection.type} has no field {key}"
            hint = did_you_mean(key, known) or f"Known fields: {', '.join(sorted(known))}"
            yield diagnostic("E121" if is_strict else "W221", message, place, hint=hint)
        elif key in adapter.unread and is_strict:
            yield without_effect(key, place)


def _misfit(output: Output, fields: Mapping[str, object]) -> Diagnostic | None:
    """The first of the fields that every target may have whose value cannot be used."""
    for key in ("schema", "database", "path"):
        value = fields.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int) or value == ""):
            message = f"{key} of the target {output.name} must be a text"
            return diagnostic("E124", message, output.places.get(key) or output.span)
    threads = fields.get("threads")
    if threads is not None and _count(threads) is None:
        message = f"threads of the target {output.name} must be a whole number above 0"
        return diagnostic("E124", message, output.places.get("threads") or output.span)
    return None


def _count(value: object) -> int | None:
    """A whole number above 0; environment variables give it as a text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        count = int(value)
    except ValueError:
        return None
    return count if count > 0 else None


def _target(output: Output, adapter: Adapter, identity: Identity, threads: int, shown: Mapping[str, object]) -> Target:
    """The target; `shown` are the fields that templates see as they were written."""
    database, schema = identity.database or None, identity.schema
    names = {"name": output.name, "target_name": output.name, "profile_name": output.profile}
    shown = {**shown, **names, "threads": threads, "database": database, "schema": schema}
    kind = str(output.fields["type"])
    return Target(output.name, output.profile, kind, adapter.dialect, database, schema, threads, shown)
