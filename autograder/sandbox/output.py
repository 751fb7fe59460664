"""What a submission prints: always drained, the first part kept."""

from __future__ import annotations

import os

from .text import clean

CHUNK = 1 << 16


class Output:
    """Keeps the first `kept` bytes of one pipe after the other, and counts what each one gives."""

    def __init__(self, kept: int) -> None:
        self._kept = bytearray()
        self._most = kept
        self._cut = False
        self.descriptor: int | None = None
        self.count = 0

    def open(self) -> int:
        """Start a fresh pipe to read from; return the end to write to, which the caller closes."""
        self.close()
        self.descriptor, writing = os.pipe()
        os.set_blocking(self.descriptor, False)
        self.count = 0
        return writing

    def drain(self, most: int) -> None:
        """Read what there is now, until the pipe has given more than `most` bytes in all."""
        while self.descriptor is not None and self.count <= most:
            try:
                data = os.read(self.descriptor, CHUNK)
            except BlockingIOError:
                return
            if not data:
                os.close(self.descriptor)
                self.descriptor = None
                return
            self.count += len(data)
            room = self._most - len(self._kept)
            self._cut |= len(data) > room
            self._kept += data[:room]

    def close(self) -> None:
        """Stop reading."""
        if self.descriptor is not None:
            os.close(self.descriptor)
            self.descriptor = None

    def text(self) -> str:
        """What was kept, as clean text that says where it was cut."""
        text = clean(self._kept.decode(errors="replace"), self._most)
        return f"{text}\n[cut after {self._most} bytes]" if self._cut else text
