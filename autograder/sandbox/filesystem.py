"""Prepare the files of a sandbox: the interpreter, the guest program, and its folder on the host."""

from __future__ import annotations

import os
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePosixPath

from ..files import cache_folder, pack, write_atomic
from .guest.scratch import wipe
from .guest.startup import read_font_lists

DISTRIBUTION = "weekly_kits"
PREFIX = Path("/python")
PACKAGES = ("site-packages", "dist-packages")
# The guest program: the parts of the package that run next to student code, under a neutral name.
ENGINE = Path(__file__).resolve().parent.parent
PROGRAM_PARTS = ("wire", "sandbox/guest")
PROGRAM_MODULES = (
    *("code_remarks.py", "keras_advice.py", "language.py", "source_code.py", "text.py"),
    *("support/errors.py", "support/language.py"),
)
PROGRAM_PACKAGES = ("box", "box/sandbox", "box/support")
MAIN = "from box.sandbox.guest.supervisor import main\n\nmain()\n"
FOLDER_MODE, FILE_MODE = 0o755, 0o444
SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64")


@dataclass(frozen=True)
class Python:
    """An interpreter: `executable` below `prefix`, its library folders, and folders of packages."""

    executable: Path
    prefix: Path
    libraries: tuple[Path, ...]
    packages: tuple[Path, ...]

    @classmethod
    def running(cls) -> Python:
        """Return the running interpreter, or the base interpreter of its virtual environment."""
        executable = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
        prefix = Path(sys.base_prefix).resolve()
        paths = [Path(entry).resolve() for entry in sys.path if entry]
        own = [Path(sysconfig.get_path("stdlib")).resolve(), *(p for p in paths if p.name == "lib-dynload")]
        libraries = {prefix / path.relative_to(prefix).parts[0] for path in own}
        packages = dict.fromkeys(path for path in paths if path.name in PACKAGES and path.is_dir())
        return cls(executable, prefix, tuple(sorted(libraries)), tuple(packages))

    def shown(self) -> Iterator[tuple[Path, Path]]:
        """Yield pairs of a path on the host and its neutral path inside the sandbox."""
        yield self.executable, PREFIX / "bin" / "python3"
        for path in self.libraries:
            yield path, PREFIX / path.relative_to(self.prefix)
        yield from zip(self.packages, self.package_paths(), strict=True)

    def package_paths(self) -> list[Path]:
        """Return the paths of the folders of packages inside the sandbox."""
        return [Path("/packages") / str(number) for number in range(len(self.packages))]

    def library_path(self) -> str | None:
        """Return the folder of Python's shared library inside the sandbox, or None if there is none."""
        shared = any(any(path.glob("libpython*.so*")) for path in self.libraries)
        return str(PREFIX / "lib") if shared else None


def masked_paths(packages: Path) -> Iterator[Path]:
    """Yield the paths in a folder of packages that belong to this package or name folders of the host."""
    yield from packages.glob("*.pth")
    yield from (*packages.glob("__editable__*"), *packages.glob("_editable_impl_*.py"))
    yield from packages.glob(f"{DISTRIBUTION}-*.dist-info")
    if (ours := packages / __package__.partition(".")[0]).exists():
        yield ours


def other_packages(library: Path) -> Iterator[Path]:
    """Yield the folders of packages in a library folder; the sandbox mounts the required ones elsewhere."""
    for name in PACKAGES:
        yield from library.glob(f"python3*/{name}")


def system_libraries() -> Iterator[tuple[Path, Path | None]]:
    """Yield the system's library folders, each with its target if it is a link."""
    for path in map(Path, SYSTEM_LIBRARIES):
        if path.is_symlink():
            yield path, path.readlink()
        elif path.is_dir():
            yield path, None


def build_program() -> bytes:
    """Return a zip application that serves the control socket whose descriptor is its argument."""
    files = {"__main__.py": MAIN.encode()} | {f"{name}/__init__.py": b"" for name in PROGRAM_PACKAGES}
    for name in PROGRAM_MODULES:
        files[f"box/{name}"] = (ENGINE / name).read_bytes()
    for part in PROGRAM_PARTS:
        for path in sorted((ENGINE / part).rglob("*.py")):
            files[f"box/{path.relative_to(ENGINE).as_posix()}"] = path.read_bytes()
    return pack(files, compress=False)


class SandboxFolder:
    """A temporary folder readable by all users: the file `program`, the folders `given` and `scratch`."""

    def __init__(self, given: Mapping[str, bytes]) -> None:
        # A TemporaryDirectory would be removed when a forked process exits.
        self._root = Path(tempfile.mkdtemp(prefix="box-"))
        self.program, self.given, self.scratch = (self._root / name for name in ("box.pyz", "kit", "scratch"))
        try:
            self._root.chmod(FOLDER_MODE)
            _write(self.program, build_program())
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

    def reset_scratch(self, uid: int | None) -> None:
        """Empty the scratch folder and make this user its owner."""
        wipe(str(self.scratch))
        if uid is not None:
            os.chown(self.scratch, uid, uid)

    def remove(self) -> None:
        """Remove the folder and everything in it, at any depth."""
        with suppress(OSError):
            wipe(str(self._root))
            self._root.rmdir()


def _make(folder: Path) -> None:
    """Create a folder readable by all users, regardless of the umask."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir()
        folder.chmod(FOLDER_MODE)


def _write(path: Path, content: bytes) -> None:
    _make(path.parent)
    path.write_bytes(content)
    path.chmod(FILE_MODE)


def cached_font_lists() -> dict[str, str]:
    """Return the font lists of the installed Matplotlib by file name; empty if none is cached."""
    if folder := _font_cache():
        with suppress(OSError):  # emptied in the meantime
            return read_font_lists(folder)
    return {}


def cache_font_lists(lists: Mapping[str, str]) -> None:
    """Cache the font lists that a fork server made before it received a submission; the cache is optional."""
    if lists and (folder := _font_cache()):
        for name, text in lists.items():
            with suppress(OSError):
                write_atomic(folder / name, text)


def _font_cache() -> Path | None:
    try:
        return cache_folder(f"matplotlib-{metadata.version('matplotlib')}")
    except metadata.PackageNotFoundError:
        return None
