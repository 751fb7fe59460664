"""The folder of grades on disk: every file is written whole or not at all."""

from __future__ import annotations

import errno
import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..files import write_atomic
from ..models import Report
from ..submissions.identity import safe_name

REPORT, EXAMINED, TABLE, LOCK = "report.json", "examined.json", "grades.csv", ".lock"


class StorageError(Exception):
    """The folder of grades cannot be used or written; the text says what to do."""


class WrongFolderError(StorageError):
    """The folder of grades holds, or is inside, something else."""


class GradesFolder:
    """`grades.csv` and one folder a student with `report.json`.

    Where people's overrides changed a report, `examined.json` beside it is the examiner's own; so an override
    that is taken back needs no regrading.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Create the folder and keep other runs out of it; raises StorageError."""
        with _clear_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            file = (self.path / LOCK).open("w", encoding="utf-8")
        with file:
            try:
                # A POSIX lock ends with this process and is not inherited by the workers it starts.
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except (BlockingIOError, PermissionError) as error:
                raise StorageError(
                    f"Another run is grading into {self.path}: wait for it, or use another --out."
                ) from error
            except OSError as error:
                if error.errno not in (errno.ENOLCK, errno.ENOTSUP):
                    raise
            yield

    def report(self, student: str) -> Report | None:
        """The report as people see it, or None where there is none that can be read."""
        return read_report(self._folder(student) / REPORT)

    def examined(self, student: str) -> Report | None:
        """The report as the examiner wrote it, before any override."""
        return read_report(self._folder(student) / EXAMINED) or self.report(student)

    def save(self, student: str, examined: Report, decide: Callable[[Report], Report]) -> Report:
        """Write one report and what `decide` (the overrides) makes of it; raises StorageError.

        `examined.json` is written first and removed last: whenever the run dies, the examiner's own result
        can be told from the decided one.
        """
        decided, folder = decide(examined), self._folder(student)
        with _clear_errors(folder):
            if decided != examined:
                write_if_changed(folder / EXAMINED, examined.to_json())
            write_if_changed(folder / REPORT, decided.to_json())
            if decided == examined:
                (folder / EXAMINED).unlink(missing_ok=True)
        return decided

    def write_table(self, text: str) -> None:
        """Write `grades.csv`; raises StorageError."""
        with _clear_errors(self.path):
            write_atomic(self.path / TABLE, text)

    def reports(self) -> dict[str, Report]:
        """All readable reports, by the name of their folder, sorted."""
        found = {path.parent.name: read_report(path) for path in sorted(self.path.glob(f"*/{REPORT}"))}
        return {name: report for name, report in found.items() if report is not None}

    def _folder(self, student: str) -> Path:
        return self.path / safe_name(student)


def read_report(path: Path) -> Report | None:
    """The report in a file, or None where there is none that can be read."""
    try:
        return Report.from_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write_if_changed(path: Path, text: str) -> None:
    """As `write_whole`, but leave a file alone that says the same already."""
    try:
        same = path.read_bytes() == text.encode("utf-8", "backslashreplace")
    except OSError:
        same = False
    if not same:
        write_atomic(path, text)


@contextmanager
def _clear_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"Cannot write to {path}: {error.strerror or error}. Nothing there is half-written. Make room or "
            "choose another --out, then run the same command again: it goes on where it stopped."
        ) from error
