"""The output in use: from `profiles.yml` in dbt's format and search order, or the built-in one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct, field

from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.place import Span, file_span
from assetc.compiler.project import Entry
from assetc.compiler.rules import Rules
from assetc.project.documents.readings import ProfilesReading, WrittenOutput, WrittenProfile
from assetc.project.profiles.secrets import named_only
from assetc.project.templates import TemplateNames, render_entries, render_value

BUILT_IN_TARGET = "dev"
BUILT_IN_FIELDS: Mapping[str, object] = {"type": "duckdb", "path": ".assetc/warehouse.duckdb"}


class ProfileRequest(Struct, frozen=True):
    """Which profile and target are wanted: `profile` is the project file's, `asked_...` overrides it."""

    project_name: str
    root: Path
    start: Path
    rules: Rules
    profile: Entry | None = None
    asked_profile: str | None = None
    asked_target: str | None = None
    profiles_dir: Path | None = None


class Output(Struct, frozen=True):
    """The output of a profile that is in use, rendered. Its fields hold secrets, so they are never shown."""

    __repr__ = named_only

    profile: str
    name: str
    span: Span | None
    fields: Mapping[str, object]
    places: Mapping[str, Span] = field(default_factory=dict)


def built_in_output(request: ProfileRequest) -> Output | Diagnostic:
    """The embedded warehouse of a native project that names no profile."""
    asked = request.asked_target
    if asked not in (None, BUILT_IN_TARGET):
        hint = f"Without a profile there is only {BUILT_IN_TARGET}; put a profiles.yml into the project's folder"
        return diagnostic("E123", f"there is no target {asked}", hint=hint)
    return Output("", BUILT_IN_TARGET, None, dict(BUILT_IN_FIELDS))


def profiles_places(request: ProfileRequest, environment: Mapping[str, str]) -> Iterator[Path]:
    """Where `profiles.yml` may be; the first that exists counts."""
    if request.profiles_dir is not None:
        yield request.start / request.profiles_dir / "profiles.yml"
        return
    if _stays_inside(request):
        yield request.root / "profiles.yml"
        return
    configured = environment.get("DBT_PROFILES_DIR")
    if configured:
        yield request.start / configured / "profiles.yml"
        return
    yield request.start / "profiles.yml"
    yield request.root / "profiles.yml"
    home = environment.get("HOME")
    if home:
        yield Path(home) / ".dbt" / "profiles.yml"


def uses_built_in_output(request: ProfileRequest, place: Path | None) -> bool:
    """Whether no profile is named anywhere and no file offers one."""
    return place is None and _stays_inside(request) and request.profiles_dir is None


def no_profiles_file(request: ProfileRequest, environment: Mapping[str, str]) -> Diagnostic:
    """The fault of a project whose profile is in no file."""
    places = dict.fromkeys(str(place) for place in profiles_places(request, environment))
    span = request.profile.span if request.profile else None
    name = request.asked_profile or (request.profile.value if request.profile else None)
    looked_for = f"Looked for {', '.join(places)}"
    if request.profiles_dir is not None:
        return diagnostic("E123", f"there is no profiles.yml in {request.profiles_dir}", span, hint=looked_for)
    if name is None:
        return diagnostic("E123", "the project names no profile", span, hint=f"Write `profile: NAME`. {looked_for}")
    return diagnostic("E123", f"the profile {name} is in no file", span, hint=looked_for)


def choose_output(
    reading: ProfilesReading, shown: str, request: ProfileRequest, names: TemplateNames
) -> tuple[Output | None, tuple[Diagnostic, ...]]:
    """The output of the profile and target that are wanted; `shown` is the file's name in diagnostics."""
    profile = _choose_profile(reading, shown, request)
    if isinstance(profile, Diagnostic):
        return None, (profile,)
    wanted, problems = _wanted_target(profile, request, names)
    if problems:
        return None, problems
    output = _choose_target(profile, wanted, shown)
    if isinstance(output, Diagnostic):
        return None, (output,)
    return render_output(profile.name, output, names)


def _stays_inside(request: ProfileRequest) -> bool:
    """Whether no file outside of the project is looked at."""
    return not request.rules.needs_profile and request.profile is None and request.asked_profile is None


def _choose_profile(reading: ProfilesReading, shown: str, request: ProfileRequest) -> WrittenProfile | Diagnostic:
    profiles = {profile.name: profile for profile in reading.profiles}
    named = request.profile.value if request.profile else None
    name = request.asked_profile or (str(named) if named else None)
    if name is None:
        if request.project_name in profiles:
            return profiles[request.project_name]
        if len(profiles) == 1:
            return next(iter(profiles.values()))
    if name in profiles:
        return profiles[name]
    span = request.profile.span if request.profile and not request.asked_profile else None
    message = f"{shown} has no profile {name}" if name else f"the project names none of the profiles in {shown}"
    hint = did_you_mean(name or request.project_name, profiles) or _listing(profiles)
    return diagnostic("E123", message, span or file_span(shown), hint=hint)


def _wanted_target(
    profile: WrittenProfile, request: ProfileRequest, names: TemplateNames
) -> tuple[str, tuple[Diagnostic, ...]]:
    if request.asked_target is not None:
        return request.asked_target, ()
    if profile.target is not None:
        name, problems = render_value(profile.target.value, profile.target.span, names)
        return str(name), problems
    return profile.outputs[0].name if len(profile.outputs) == 1 else "default", ()


def _choose_target(profile: WrittenProfile, name: str, shown: str) -> WrittenOutput | Diagnostic:
    outputs = {output.name: output for output in profile.outputs}
    if name in outputs:
        return outputs[name]
    if not outputs:
        hint = "Write one below it, for example outputs: {dev: {type: duckdb, path: dev.duckdb}}"
        return diagnostic("E123", f"the profile {profile.name} in {shown} has no targets", profile.span, hint=hint)
    hint = did_you_mean(name, outputs) or _listing(outputs)
    message = f"the profile {profile.name} in {shown} has no target {name}"
    return diagnostic("E123", message, profile.target.span if profile.target else profile.span, hint=hint)


def render_output(
    profile: str, output: WrittenOutput, names: TemplateNames
) -> tuple[Output | None, tuple[Diagnostic, ...]]:
    """An output with its templates rendered, or None with the reasons."""
    entries, problems = render_entries(output.fields, names)
    if problems:
        return None, problems
    fields = {entry.key: entry.value for entry in entries}
    return Output(profile, output.name, output.span, fields, {entry.key: entry.span for entry in entries}), ()


def _listing(names: Mapping[str, object]) -> str:
    return f"It has {', '.join(names)}" if names else "It is empty"
