"""The pages of docs/reference say what the code says: keys and defaults, commands, public names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import click
from doc_page import DOCS

import assetc
from assetc.cli.main import group
from assetc.cli.options.lazy_group import COMMANDS, NOT_BUILT
from assetc.compiler.asset import CheckConfig
from assetc.compiler.config import AssetConfig
from assetc.compiler.configuration.configure import CONVERTERS, SYNONYMS
from assetc.compiler.project import Settings
from assetc.project.documents.keys import CHECK_CONFIG_KEYS, NATIVE_PROJECT_KEYS

REFERENCE = DOCS / "reference"
ACCEPT = os.environ.get("ACCEPT") == "1"

OTHER_WORDS = {
    "alias": "the asset's name",
    "materialized": "the project's",
    "schema": "the last segment of the prefix, else the target's",
    "database": "the last but one segment of the prefix, else the target's",
    "group": "the first folder",
    "incremental_strategy": "the warehouse's",
    "default_load_type": "pandas",
    "dialect": "the target's",
    "test_paths": "checks",
}
"""Defaults that are no value of a field: what the page says instead."""


def section(page: str, heading: str) -> str:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return re.split(r"^## ", text.partition(f"\n## {heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> Iterator[list[str]]:
    """The rows of the tables in a text, by cell."""
    for line in text.splitlines():
        if line.startswith("| `"):
            yield [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]


def written(default: object) -> str:
    """A default as the page writes it."""
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple):
        return ", ".join(map(str, default)) or "none"
    return "none" if default is None or default == {} else str(default)


def test_every_key_of_a_project_file_is_told_once() -> None:
    names = [row[0] for row in rows(section("configuration.md", "Project file"))]
    assert sorted(names) == sorted(NATIVE_PROJECT_KEYS)


def test_the_defaults_of_a_project_file() -> None:
    settings = {name: getattr(Settings(), name) for name in Settings.__struct_fields__}
    settings["packages_install_path"] = settings.pop("packages_path")
    told = {row[0]: row[2] for row in rows(section("configuration.md", "Project file")) if len(row) == 4}
    expected = {name: OTHER_WORDS.get(name) or written(settings[name]) for name in told if name in settings}
    assert {name: told[name] for name in expected} == expected


def test_every_key_of_an_asset_is_told_once() -> None:
    names = [row[0] for row in rows(section("configuration.md", "Asset"))]
    assert sorted(names) == sorted({*CONVERTERS, *SYNONYMS, "default_load_type"})


def test_the_defaults_of_an_asset() -> None:
    defaults = {name: getattr(AssetConfig(), name) for name in CONVERTERS}
    told = {row[0]: row[2] for row in rows(section("configuration.md", "Asset")) if len(row) == 4}
    expected = {name: OTHER_WORDS.get(name) or written(defaults[name]) for name in told if name in defaults}
    assert {name: told[name] for name in expected} == expected


def test_the_synonyms_of_an_asset() -> None:
    told = {row[0]: row[1] for row in rows(section("configuration.md", "Asset")) if len(row) == 2}
    assert {name: told[name] for name in SYNONYMS} == SYNONYMS


def test_the_keys_and_defaults_of_a_check() -> None:
    told = {row[0]: row[2] for row in rows(section("configuration.md", "Check"))}
    assert told.keys() <= CHECK_CONFIG_KEYS
    assert told == {name: written(getattr(CheckConfig(), name)) for name in CheckConfig.__struct_fields__}


def test_the_commands() -> None:
    page = REFERENCE / "cli.md"
    if ACCEPT:
        page.write_text(cli_page(), encoding="utf-8")
    assert page.read_text(encoding="utf-8") == cli_page(), "ACCEPT=1 pytest writes the page anew"


def cli_page() -> str:
    """The page of all commands, from their own help."""
    parts = [
        "# Commands\n\nMade from `assetc COMMAND --help` by `ACCEPT=1 pytest tests/docs`; do not edit. The options of\n"
        "the first block can stand before or after the command. The name in brackets is the environment variable that\n"
        "sets an option; dbt's `DBT_...` works too.\n",
        "Exit codes: 0 fine; 1 something failed while running; 2 usage, configuration or a compile error;\n"
        "130 interrupted.\n",
        "## assetc\n\n" + options_table(group, ()),
        f"Not built yet: {', '.join(f'`{name}`' for name in NOT_BUILT)}.\n",
    ]
    root = click.Context(group, info_name="assetc")
    common = tuple(str(parameter.name) for parameter in group.params)
    for name in COMMANDS:
        command = group.get_command(root, name)
        assert command is not None
        parts += command_parts(f"assetc {name}", command, common)
    return "\n".join(parts)


def command_parts(name: str, command: click.Command, common: tuple[str, ...]) -> Iterator[str]:
    arguments = [parameter for parameter in command.params if isinstance(parameter, click.Argument)]
    usage = " ".join((name, *(f"[{each.human_readable_name}]" for each in arguments if not each.required)))
    if any(each.required for each in arguments):
        usage = " ".join((name, *(each.human_readable_name for each in arguments)))
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            yield from command_parts(f"{name} {inner.name}", inner, common)
        return
    yield f"## {name}\n\n```text\n{usage}\n```\n\n{(command.help or '').strip()}\n"
    if table := options_table(command, common):
        yield table


def options_table(command: click.Command, left_out: tuple[str, ...]) -> str:
    lines = [
        f"| {option_names(option)} | {option_help(option)} |"
        for option in command.params
        if isinstance(option, click.Option) and not option.hidden and option.name not in left_out
    ]
    return "\n".join(["| option | meaning |", "|---|---|", *lines, ""]) if lines else ""


def option_names(option: click.Option) -> str:
    names = [*option.opts, *option.secondary_opts]
    value = "" if option.is_flag or option.count else f" {value_of(option)}"
    return ", ".join(f"`{name}`" for name in names) + (f" `{value.strip()}`" if value else "")


def value_of(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return "/".join(map(str, option.type.choices))
    return option.metavar or option.type.name.upper()


def option_help(option: click.Option) -> str:
    variable = option.envvar[0] if isinstance(option.envvar, list) else option.envvar
    default = option.default if isinstance(option.default, str | int) and not isinstance(option.default, bool) else None
    extra = [f"default `{default}`"] if default is not None and not option.is_flag else []
    extra += [f"`{variable}`"] if variable else []
    return " ".join(filter(None, (option.help or "", f"({', '.join(extra)})" if extra else "")))


def test_every_public_name_is_told_once() -> None:
    page = (REFERENCE / "python-api.md").read_text(encoding="utf-8")
    told = [name for row in rows(page) for name in re.findall(r"\w+", row[0])]
    assert sorted(told) == sorted(assetc.__all__)


def test_every_page_is_linked() -> None:
    """A page that nothing leads to is not read."""
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if path.parent.name != "errors"}
    linked = re.findall(r"\]\(([\w/.-]+\.md)\)", (DOCS / "README.md").read_text(encoding="utf-8"))
    assert pages - {"README.md"} == set(linked) - {"errors/README.md"}


def test_links_lead_somewhere() -> None:
    root = DOCS.parent
    pages = [*DOCS.rglob("*.md"), *root.glob("*.md")]
    for page in pages:
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_paths_in_the_texts_exist() -> None:
    """`docs/guide/names.md` in a text or a comment is a promise too."""
    root = DOCS.parent
    texts = [*DOCS.rglob("*.md"), *root.glob("*.md"), *(root / "assetc").rglob("*.py")]
    for text in texts:
        for named in re.findall(r"docs/(?:guide|reference|errors)/[\w-]+\.md", text.read_text(encoding="utf-8")):
            assert Path(root / named).exists(), f"{text.relative_to(root)}: {named}"
