"""Decodes one kind of facts in several threads at the same moment, in a process that has never done it before."""

from __future__ import annotations

import sys
import threading

from assetc.compiler.facts import CompiledText
from assetc.compiler.place import TextId
from assetc.project.memory.encoding import decode, encode

if __name__ == "__main__":
    sys.setswitchinterval(1e-6)
    content = encode(CompiledText(TextId("models/a.sql"), ()))
    ready = threading.Barrier(8)

    def read() -> None:
        ready.wait()
        assert decode(CompiledText, content) is not None

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
