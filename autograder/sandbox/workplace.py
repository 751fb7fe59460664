"""What a sandbox needs on disk: the program, the given code and, at the weaker levels, a scratch folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from ..inside.scratch import wipe
from . import box

FOLDER, FILE = 0o755, 0o444


class Workplace:
    """A temporary folder that everybody may read: the file `program`, the folders `given` and `scratch`."""

    def __init__(self, given: Mapping[str, bytes]) -> None:
        # No TemporaryDirectory: a fork that ends would remove it.
        self._root = Path(tempfile.mkdtemp(prefix="box-"))
        self.program, self.given, self.scratch = (self._root / name for name in ("box.pyz", "kit", "scratch"))
        try:
            self._root.chmod(FOLDER)
            _write(self.program, box.build())
            for folder in (self.given, self.scratch):
                _make(folder)
            for name, content in given.items():
                relative = PurePosixPath(name)
                if relative.is_absolute() or ".." in relative.parts or not relative.parts:
                    raise ValueError(f"Expected given files to have names below one folder, found {name!r}.")
                _write(self.given / relative, content)
        except BaseException:
            self.remove()
            raise

    def lend_scratch(self, identity: int | None) -> None:
        """Empty the scratch folder, and let this user own it alone."""
        wipe(str(self.scratch))
        if identity is not None:
            os.chown(self.scratch, identity, identity)

    def remove(self) -> None:
        """Remove the folder and all that is in it, however deep."""
        with suppress(OSError):
            wipe(str(self._root))
            self._root.rmdir()


def _make(folder: Path) -> None:
    """Make a folder that everybody may read, whatever the umask is."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir()
        folder.chmod(FOLDER)


def _write(path: Path, content: bytes) -> None:
    _make(path.parent)
    path.write_bytes(content)
    path.chmod(FILE)
