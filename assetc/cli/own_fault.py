"""What is said when assetc itself fails: one paragraph, and where the trace is."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
from msgspec.structs import replace

from assetc.cli.opening import OUTPUT_AND_LOGS
from assetc.cli.options.invocation import Invocation
from assetc.cli.progress.log_file import LogFile
from assetc.cli.stop import FAILED
from assetc.cli.text.output import Output, output_of
from assetc.cli.text.text import Line, Piece, line, printable
from assetc.project.profiles.secrets import secrets_of_environment, worth_masking
from assetc.version import __version__


def tell(error: Exception, context: click.Context) -> int:
    """Write the trace to the log file, and say what happened and where it is; the code with which to exit."""
    output, folder = context.meta.get(OUTPUT_AND_LOGS) or _without_project()
    place = folder / "assetc.log"
    command = " ".join(["assetc", *sys.argv[1:]])
    trace = "".join(traceback.format_exception(error))
    with closing(LogFile(place)) as log:
        is_written = log.write(output.masked(f"assetc {__version__} failed in: {command}\n{trace}"))
    output.say(_lines(error, str(place) if is_written else ""), "error")
    return FAILED


def _lines(error: Exception, place: str) -> Iterator[Line]:
    """What happened, whose fault it is, and where the trace is."""
    if isinstance(error, OSError) and error.strerror:
        what = os.path.relpath(error.filename) if isinstance(error.filename, str) else "a file"
        yield line(
            Piece("error[E197]", "strong bad"), Piece(f": {printable(what)} cannot be used: {error.strerror}", "strong")
        )
        yield line(f"  = hint: Look at its folder's permissions and free space.{_trace(place)}")
        return
    what = next(iter(f"{type(error).__name__}: {error}".splitlines()))
    yield line(Piece("error", "strong bad"), Piece(f": assetc itself failed: {printable(what)}", "strong"))
    yield line(f"This is a fault of assetc, not of your project.{_trace(place)} Please report it with that file.")


def _trace(place: str) -> str:
    return f" The trace is in {place}." if place else " The log file, for the trace, cannot be written."


def _without_project() -> tuple[Output, Path]:
    """Where nothing is open: the environment's secrets are masked, and the log file is here."""
    secrets = worth_masking(secrets_of_environment(dict(os.environ)))
    return replace(output_of(Invocation()), secrets=secrets), Path.cwd() / "logs"
