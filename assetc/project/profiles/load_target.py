"""Finding the target of a load: which profiles file, which output, and what it becomes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from assetc.adapters.protocol import Identity
from assetc.adapters.registry import UnknownAdapter, find_adapter
from assetc.compiler.asset import Graph
from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span
from assetc.compiler.project import Project, Target
from assetc.project.documents.readers import read_profiles
from assetc.project.documents.readings import ProfilesReading
from assetc.project.memory.load_memory import Memory, read_config_file
from assetc.project.profiles.profiles import (
    Output,
    ProfileRequest,
    built_in_output,
    choose_output,
    no_profiles_file,
    profiles_places,
    render_output,
    uses_built_in_output,
)
from assetc.project.profiles.secrets import named_only, secrets_in, secrets_of_environment, worth_masking
from assetc.project.profiles.target import Connection, TargetRequest, make_target, strange_fields
from assetc.project.templates import TemplateNames


class LoadedTarget(Struct, frozen=True):
    """The target in use, or None with the reasons, and the secrets that came to be known on the way."""

    __repr__ = named_only

    target: Target | None
    connection: Connection | None
    problems: tuple[Diagnostic, ...]
    secrets: tuple[str, ...]
    others: tuple[OtherTarget, ...] = ()


def load_target(profile: ProfileRequest, wanted: TargetRequest, names: TemplateNames, memory: Memory) -> LoadedTarget:
    """The target that a profile request leads to; `names` is what a profiles file may use."""
    output, problems, others = _find_output(profile, names, memory)
    in_environment = tuple(secrets_of_environment(names.environment))
    if output is None:
        return LoadedTarget(None, None, problems, worth_masking(in_environment))
    in_fields = (secret for key, value in output.fields.items() for secret in secrets_in(key, value))
    secrets = worth_masking((*in_environment, *in_fields))
    made = make_target(output, wanted, secrets, str(profile.root))
    if isinstance(made, Diagnostic):
        return LoadedTarget(None, None, (*problems, made), secrets)
    target, connection = made
    problems = (*problems, *strange_fields(output, connection, is_strict=profile.rules.is_strict))
    if profile.rules.plain_names_are_ours:
        names_there = ((other.identity.database, wanted.schema or other.identity.schema) for other in others)
        target = replace(target, others=tuple(dict.fromkeys(names_there)))
    return LoadedTarget(target, connection, problems, secrets, others)


def _find_output(
    profile: ProfileRequest, names: TemplateNames, memory: Memory
) -> tuple[Output | None, tuple[Diagnostic, ...], tuple[OtherTarget, ...]]:
    places = profiles_places(profile, names.environment)
    place = next((place for place in places if place.is_file()), None)
    if uses_built_in_output(profile, place):
        built_in = built_in_output(profile)
        return (None, (built_in,), ()) if isinstance(built_in, Diagnostic) else (built_in, (), ())
    if place is None:
        return None, (no_profiles_file(profile, names.environment),), ()
    shown = _shown(place, profile.root)
    reading = read_config_file(memory, ProfilesReading, place, shown, read_profiles)
    if isinstance(reading, Diagnostic):
        return None, (reading,), ()
    if reading.problems and not reading.profiles:
        return None, reading.problems, ()
    output, problems = choose_output(reading, shown, profile, names)
    own = tuple(_own_problems(reading, profile, output))
    if output is None:
        has_error = any(problem.severity == "error" for problem in own)
        return None, own if has_error else (*own, *problems), ()
    return output, (*own, *problems), tuple(other_targets(reading, output, str(profile.root), names))


def _own_problems(reading: ProfilesReading, request: ProfileRequest, output: Output | None) -> Iterator[Diagnostic]:
    """What is wrong with the profile in use: the others may be those of other projects."""
    named = request.asked_profile or (request.profile.value if request.profile else None) or request.project_name
    wanted = output.profile if output is not None else named
    for problem in reading.problems:
        start = problem.span.start if problem.span else 0
        before = [profile for profile in reading.profiles if profile.span.start <= start]
        holder = max(before, key=lambda profile: profile.span.start, default=None)
        if holder is None or holder.name == wanted:
            yield problem


def _shown(place: Path, root: Path) -> str:
    """The file's name in diagnostics: relative to the project where it lies in it, else absolute."""
    absolute, home = place.resolve(), root.resolve()
    return absolute.relative_to(home).as_posix() if absolute.is_relative_to(home) else absolute.as_posix()


class OtherTarget(Struct, frozen=True):
    """A target that is not in use: which warehouse it really is."""

    name: str
    span: Span
    identity: Identity


def other_targets(reading: ProfilesReading, chosen: Output, root: str, names: TemplateNames) -> Iterator[OtherTarget]:
    """The targets beside the chosen one. One that cannot be used now is left out."""
    outputs = next((profile.outputs for profile in reading.profiles if profile.name == chosen.profile), ())
    for written in outputs:
        if written.name == chosen.name:
            continue
        output, problems = render_output(chosen.profile, written, names)
        if output is None or problems:
            continue
        try:
            adapter = find_adapter(str(output.fields.get("type")))
        except UnknownAdapter:
            continue
        parsed = adapter.parse(output.fields, root)
        if not isinstance(parsed, tuple):
            yield OtherTarget(written.name, written.span, parsed.identity)


def shared_relations(
    project: Project, graph: Graph, own: Identity, others: tuple[OtherTarget, ...]
) -> Iterator[Diagnostic]:
    """W225 for each target whose relations would be those of the target in use, in a native project."""
    if not project.rules.shares_no_relation:
        return
    schema = project.target.schema
    has_own_schemas = any(asset.relation and asset.relation.schema != schema for asset in graph.assets.values())
    for other in others:
        there = other.identity
        if (there.adapter, there.place, there.database) != (own.adapter, own.place, own.database):
            continue
        if other.identity.schema == own.schema:
            how = "are one database and schema"
        elif has_own_schemas and project.settings.schemas == "as-written":
            how = "share the relations of all assets with a schema of their own"
        else:
            continue
        hint = 'Give each target a database of its own, or set schemas = "prefixed" and give each a schema'
        yield diagnostic("W225", f"the targets {project.target.name} and {other.name} {how}", other.span, hint=hint)
