"""Which folders make up the running Python, and which of them are shown inside under which names."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DISTRIBUTION = "weekly_kits"
PREFIX = Path("/python")
PACKAGES = ("site-packages", "dist-packages")
SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib32", "/usr/lib64", "/lib", "/lib32", "/lib64")


@dataclass(frozen=True)
class Python:
    """The running interpreter: `executable` below `prefix`, its library folders, and folders of packages."""

    executable: Path
    prefix: Path
    libraries: tuple[Path, ...]
    packages: tuple[Path, ...]

    @classmethod
    def running(cls) -> Python:
        """The interpreter that runs this; of a virtual environment, the one below it."""
        executable = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
        prefix = Path(sys.base_prefix).resolve()
        paths = [Path(entry).resolve() for entry in sys.path if entry]
        own = [Path(sysconfig.get_path("stdlib")).resolve(), *(p for p in paths if p.name == "lib-dynload")]
        libraries = {prefix / path.relative_to(prefix).parts[0] for path in own}
        packages = dict.fromkeys(path for path in paths if path.name in PACKAGES and path.is_dir())
        return cls(executable, prefix, tuple(sorted(libraries)), tuple(packages))

    def shown(self) -> Iterator[tuple[Path, Path]]:
        """Pairs of a path here and the neutral path that stands for it inside."""
        yield self.executable, PREFIX / "bin" / "python3"
        for path in self.libraries:
            yield path, PREFIX / path.relative_to(self.prefix)
        yield from zip(self.packages, self.package_paths(), strict=True)

    def package_paths(self) -> list[Path]:
        """Where the folders of packages are inside."""
        return [Path("/packages") / str(number) for number in range(len(self.packages))]

    def library_path(self) -> str | None:
        """Where the loader finds Python's shared library inside, if it is one."""
        shared = any(any(path.glob("libpython*.so*")) for path in self.libraries)
        return str(PREFIX / "lib") if shared else None


def masked(packages: Path) -> Iterator[Path]:
    """What in a folder of packages is ours, or names folders of this machine."""
    yield from packages.glob("*.pth")
    yield from (*packages.glob("__editable__*"), *packages.glob("_editable_impl_*.py"))
    yield from packages.glob(f"{DISTRIBUTION}-*.dist-info")
    if (ours := packages / __package__.partition(".")[0]).exists():
        yield ours


def other_packages(library: Path) -> Iterator[Path]:
    """Folders of packages inside a library folder: what counts is shown elsewhere."""
    for name in PACKAGES:
        yield from library.glob(f"python3*/{name}")


def system_libraries() -> Iterator[tuple[Path, Path | None]]:
    """The system's library folders, each with the target where it is a link."""
    for path in map(Path, SYSTEM_LIBRARIES):
        if path.is_symlink():
            yield path, path.readlink()
        elif path.is_dir():
            yield path, None
