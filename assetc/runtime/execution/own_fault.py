"""Whether what a step raised is a fault of assetc itself, and its trace."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from pathlib import Path
from traceback import format_exception
from types import FrameType

BUGS = (LookupError, TypeError, AttributeError, AssertionError, NameError, ValueError, RecursionError)
"""What a mistake in a program raises; anything else comes from the world outside."""

_OWN = str(Path(__file__).parents[2])
_LIBRARIES = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib"))


def trace_of_own(error: BaseException) -> str:
    """The trace of an error that no text of a user had a part in; else nothing."""
    if not isinstance(error, BUGS):
        return ""
    files = [frame.f_code.co_filename for frame in _frames(error)]
    is_ours = all(file.startswith((_OWN, *_LIBRARIES, "<frozen")) for file in files)
    return "".join(format_exception(error)) if is_ours else ""


def _frames(error: BaseException) -> Iterator[FrameType]:
    trace = error.__traceback__
    while trace is not None:
        yield trace.tb_frame
        trace = trace.tb_next
