"""`python -m assetc`: the command line."""

from __future__ import annotations

from assetc.cli.main import entry

if __name__ == "__main__":
    entry()
