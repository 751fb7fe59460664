"""What a handout's maker and its reader share: the name of `kit.json`, and how files are compared."""

from __future__ import annotations

import hashlib

METADATA = "kit.json"
# Text is compared without the carriage returns that some systems add.
TEXT = (".py", ".json", ".ini", ".txt", ".md")


def checksum(name: str, content: bytes) -> str:
    """Sixteen hexadecimal digits of a file's SHA-256, the same whatever ends its lines."""
    text = content.replace(b"\r\n", b"\n") if name.endswith(TEXT) else content
    return hashlib.sha256(text).hexdigest()[:16]
