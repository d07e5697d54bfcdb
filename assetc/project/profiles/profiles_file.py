"""What a `profiles.yml` says: profiles, their targets, and the fields of each, nothing rendered yet."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.compiler.project import Entry
from assetc.compiler.rules import DBT
from assetc.project.documents.findings import Findings
from assetc.project.documents.readings import ProfilesReading, WrittenOutput, WrittenProfile
from assetc.project.documents.written import WrittenMapping, WrittenPair, plain
from assetc.project.documents.yaml_positions import read_yaml
from assetc.project.profiles.secrets import holds_secret

_PROFILE_KEYS = frozenset({"target", "outputs", "config"})


def read_profiles(path: str, text: str) -> ProfilesReading:
    """The profiles of a file, and what is wrong with it. Never raises."""
    file = read_yaml(path, text, DBT)
    findings = Findings(DBT, file.problems)
    profiles: list[WrittenProfile] = []
    for pair in findings.pairs(file.content, "a profiles file"):
        if pair.key != "config":
            profiles += _read_profile(findings, pair)
    fields = [entry for profile in profiles for output in profile.outputs for entry in output.fields]
    holds_secrets = any(holds_secret(entry.key, entry.value) for entry in fields)
    return ProfilesReading(tuple(profiles), tuple(findings.problems), holds_secrets)


def _read_profile(findings: Findings, pair: WrittenPair) -> Iterator[WrittenProfile]:
    mapping = findings.mapping(pair.value, f"the profile {pair.key}")
    if mapping is None:
        yield WrittenProfile(pair.key, pair.span, None, ())
        return
    for inner in mapping.pairs:
        if inner.key not in _PROFILE_KEYS:
            findings.unknown(inner, _PROFILE_KEYS, "a profile")
    target = mapping.find("target")
    chosen = None if target is None else Entry("target", plain(target.value), target.span)
    yield WrittenProfile(pair.key, pair.span, chosen, tuple(_read_outputs(findings, mapping)))


def _read_outputs(findings: Findings, profile: WrittenMapping) -> Iterator[WrittenOutput]:
    for pair in findings.pairs_at(profile, "outputs"):
        fields = findings.mapping(pair.value, f"the target {pair.key}")
        if fields is not None:
            entries = tuple(Entry(field.key, plain(field.value), field.span) for field in fields.pairs)
            yield WrittenOutput(pair.key, pair.span, entries)
