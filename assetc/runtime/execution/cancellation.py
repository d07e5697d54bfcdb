"""How a run is stopped, and how the body of a Python asset is stopped."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assetc.adapters.protocol import Canceled


class Cancellation:
    """A request to stop a run. Any thread and a signal handler may make it."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[], None]] = []
        self._asked = False

    @property
    def is_asked(self) -> bool:
        """Whether the run should stop."""
        return self._asked

    def cancel(self) -> None:
        """Ask the run to stop. Takes no lock, since a signal handler may interrupt the thread that holds it."""
        self._asked = True
        for listener in tuple(self._listeners):
            listener()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` when the run should stop: at once, if that is so already. It must not block."""
        self._listeners.append(listener)
        if self._asked:
            listener()


class Interrupted(BaseException):
    """Raised inside of a body that is stopped. `except Exception` of a user's code does not catch it."""


class Interruption:
    """Stops Python code of one thread between two of its instructions, and only while it is inside of `body()`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: int | None = None
        self._asked = False

    @contextmanager
    def body(self) -> Iterator[None]:
        """Code that may be stopped anywhere: it raises Canceled, whatever it makes of being interrupted."""
        self._enter()
        try:
            yield
        except BaseException as error:
            if self._asked:  # a library that was interrupted while it was imported says that it is missing
                raise Canceled("canceled") from error
            raise
        finally:
            self._leave()
        if self._asked:
            raise Canceled("canceled")

    def interrupt(self) -> None:
        """Stop the code that is inside of `body()`, and whatever would enter it from now on."""
        with self._lock:
            if self._thread is not None and not self._asked:
                _raise_in(self._thread, Interrupted)
            self._asked = True

    def _enter(self) -> None:
        with self._lock:
            if self._asked:
                raise Canceled("canceled")
            self._thread = threading.get_ident()

    def _leave(self) -> None:
        """What was sent and has not arrived yet must not hit the code that comes after."""
        with self._lock:
            if self._thread is not None and self._asked:
                _raise_in(self._thread, None)
            self._thread = None


def _raise_in(thread: int, exception: type[BaseException] | None) -> None:
    raised = None if exception is None else ctypes.py_object(exception)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), raised)
