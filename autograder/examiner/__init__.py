"""The examiner: pytest with all checks of a kit, trusted, against a submission in a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import Examiner, ExaminerDied

__all__ = ["Examiner", "ExaminerDied"]


def __getattr__(name: str) -> Any:
    """Import the client when it is asked for: a student's machine has no sandbox, but uses other parts."""
    if name in __all__:
        from . import client

        return getattr(client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
