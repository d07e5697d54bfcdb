"""Ctrl-C while a run goes on: the first asks the run to stop, the second stops the process."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from assetc.runtime.execution.cancellation import Cancellation


@contextmanager
def cancelling(cancellation: Cancellation) -> Iterator[None]:
    """While inside, SIGINT and SIGTERM cancel; a second SIGINT raises KeyboardInterrupt."""

    def stop(number: int, frame: FrameType | None) -> None:
        if cancellation.is_asked and number == signal.SIGINT:
            raise KeyboardInterrupt
        sys.stderr.write("\nstopping: running queries are cancelled (Ctrl-C again to leave at once)\n")
        cancellation.cancel()

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
