"""The entry: `assetc COMMAND`. Everything that goes wrong becomes an exit code here."""

from __future__ import annotations

import atexit
import contextlib
import os
import sys
import threading
from collections.abc import Sequence
from typing import NoReturn

import click

from assetc.cli.options.lazy_group import LazyGroup
from assetc.cli.options.options import COMMON, decorated
from assetc.cli.stop import BAD_INPUT, INTERRUPTED, Stopped
from assetc.version import __version__

HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _nothing(**options: object) -> int:
    """Turn a folder of SQL and Python into one checked graph, a plan, and tables."""
    return 0


group = click.group("assetc", cls=LazyGroup, context_settings=HELP)(
    click.version_option(__version__, "--version", "-V", "-v", message="assetc %(version)s")(
        decorated(_nothing, COMMON)
    )
)


def entry() -> NoReturn:
    """What a shell starts: `main`, and then the end of the process."""
    code = main()
    if threading.active_count() > 1:  # somebody's thread is to end in its own time
        sys.exit(code)
    atexit._run_exitfuncs()  # what libraries do at the end, which `os._exit` would leave out
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code)  # Python would first take apart, one by one, what ten thousand models have left


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the code with which the process should exit: 0, or one of `stop`."""
    try:
        result = group.main(
            prog_name="assetc", args=list(arguments) if arguments is not None else None, standalone_mode=False
        )
        sys.stdout.flush()
    except Stopped as stopped:
        return stopped.code
    except click.ClickException as error:
        error.show()
        return BAD_INPUT
    except (KeyboardInterrupt, click.Abort):
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        return _reader_gone()
    return result if isinstance(result, int) else 0


def _reader_gone() -> int:
    """Whoever read our output has seen enough (`assetc ls | head`): be quiet about it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
