"""The program for the inside as one file under a neutral name that tells nothing about where it came from."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

ENGINE = Path(__file__).resolve().parent.parent
PARTS = ("wire", "inside")
MAIN = "from box.inside.zygote import main\n\nmain()\n"


def build() -> bytes:
    """Return a zip application that serves the control socket whose descriptor is its argument."""
    files = {"__main__.py": MAIN.encode(), "box/__init__.py": b""}
    for part in PARTS:
        for path in sorted((ENGINE / part).glob("*.py")):
            files[f"box/{part}/{path.name}"] = path.read_bytes()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            # Without a time of its own, an entry would have the present one.
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()
