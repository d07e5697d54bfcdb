"""The PostgreSQL of a run: the process that began the run owns it, whichever worker starts it."""

from __future__ import annotations

import pytest
from postgres_server import own_server, stop_server


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        own_server()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        stop_server()
