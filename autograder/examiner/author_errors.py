"""Tell the author of a kit where the kit's own code fails while the examiner imports it."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..checks.environment import thread_count
from ..checks.session import CollectionError
from ..kit import CHECK_FILES, Kit


class KitCodeError(RuntimeError):
    """Raised if the code of a kit cannot be imported. The message names file, line and problem."""


@contextmanager
def explain_errors(kit: Kit, folder: Path) -> Iterator[None]:
    """Turn an exception that the kit's code in `folder` raised while it was imported into a KitCodeError."""
    try:
        yield
    except CollectionError as error:
        raise KitCodeError(_sentence(kit, folder, error.__cause__ or error)) from error
    except Exception as error:
        if _place(kit, folder, error) is None:
            raise
        raise KitCodeError(_sentence(kit, folder, error)) from error


def refuse_threads(kit: Kit) -> None:
    """Raise a KitCodeError if importing the kit's code has started threads, as creating a tensor does."""
    if (threads := thread_count()) != 1:
        modules = ", ".join([*kit.config.preload, *CHECK_FILES])
        raise KitCodeError(
            f"{kit.slug}: expected one thread after importing {modules}, found {threads}. A tensor, layer or "
            "model is created at import: create it in a function."
        )


def _sentence(kit: Kit, folder: Path, error: BaseException) -> str:
    place = _place(kit, folder, error) or f"autograder/kits/{kit.slug}"
    return f"{place}: {type(error).__name__}: {error}".split("\n")[0]


def _place(kit: Kit, folder: Path, error: BaseException) -> str | None:
    """Return the path in the repository, and the line, of the kit's code that raised, or None."""
    if isinstance(error, SyntaxError) and error.filename:
        frames = [(error.filename, error.lineno)]
    else:
        frames = [(frame.filename, frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    for name, line in reversed(frames):
        path = Path(name)
        if path.is_relative_to(folder / "given"):
            return f"solutions/{kit.slug}/{path.relative_to(folder / 'given')}, line {line}"
        if path.is_relative_to(folder):
            return f"autograder/kits/{kit.slug}/{path.relative_to(folder)}, line {line}"
    return None
