"""`assetc init`: a small project to begin with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import click

from assetc.cli.options.invocation import Invocation
from assetc.cli.options.options import command_named
from assetc.cli.stop import BAD_INPUT
from assetc.cli.text.output import Output, output_of, say_problems
from assetc.cli.text.text import Piece, line
from assetc.compiler.diagnostic import Diagnostic, diagnostic


@command_named("init")
@click.argument("name", required=False)
def command(invocation: Invocation, name: str | None) -> int:
    """Make a project in the folder NAME, or here: three models, a seed, and checks. Nothing is overwritten."""
    output = output_of(invocation)
    folder = ((invocation.project_dir or Path.cwd()) / (name or ".")).absolute()
    already = _already_there(folder)
    if already:
        output.say([line(f"{already}: nothing was changed.")])
        output.say([line("next: ", Piece(f"{_enter(name)}assetc ls", "accent"))])
        return 0
    try:
        written, kept = _copy_template(folder)
    except OSError as error:
        say_problems(output, [_not_written(folder, error)], lambda path: None)
        return BAD_INPUT
    _tell(output, folder, written, kept)
    output.say([line("next: ", Piece(f"{_enter(name)}assetc run", "accent"))])
    return 0


def _already_there(folder: Path) -> str:
    """What is said of a folder that is a project; its models may have other places and names than the template's."""
    if (folder / "dbt_project.yml").is_file():
        return "This is a dbt project, which assetc reads as it is"
    is_project = (folder / "assetc.toml").is_file() and any(folder.glob("models/*"))
    return "This is a project already" if is_project else ""


def _not_written(folder: Path, error: OSError) -> Diagnostic:
    place = Path(error.filename) if error.filename else folder
    if isinstance(error, FileExistsError | NotADirectoryError):
        in_the_way = next((each for each in (place, *place.parents) if each.is_file()), place)
        hint = "Choose another name, or move the file away"
        return diagnostic("E163", f"the project cannot be written: {in_the_way} is a file, not a folder", hint=hint)
    reason = (error.strerror or "unknown reason").lower()
    hint = "Choose a folder in which you may write: assetc init PATH"
    return diagnostic("E163", f"the project cannot be written: {place}: {reason}", hint=hint)


def _copy_template(folder: Path) -> tuple[list[str], list[str]]:
    """Write the files of the template that the folder does not have; those written, and those that were there."""
    project = re.sub(r"\W+", "_", folder.name).strip("_") or "shop"
    project = project if not project[0].isdigit() else f"_{project}"
    written: list[str] = []
    kept: list[str] = []
    for path, text in _template_files(files("assetc.cli") / "template", ""):
        place = folder / path
        if place.exists():
            kept.append(path)
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("NAME", project), encoding="utf-8")
        written.append(path)
    return written, kept


def _template_files(folder: Traversable, prefix: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.is_dir():
            yield from _template_files(entry, f"{prefix}{entry.name}/")
        else:
            name = ".gitignore" if entry.name == "gitignore" else entry.name
            yield f"{prefix}{name}", entry.read_text(encoding="utf-8")


def _tell(output: Output, folder: Path, written: list[str], kept: list[str]) -> None:
    output.say([line(Piece(str(folder), "strong"))])
    output.say(line(Piece("  + ", "good"), path) for path in written)
    output.say(line(Piece("  = ", "quiet"), path, Piece("  was there and stays", "quiet")) for path in kept)


def _enter(name: str | None) -> str:
    return f"cd {name} && " if name else ""
