"""Runs submissions apart: in bubblewrap, as another user, or only within limits."""

from .errors import (
    BadReply,
    ChildDied,
    ChildTimedOut,
    IsolationUnavailable,
    SandboxBroken,
    SandboxFailure,
)
from .level import Isolation
from .limits import Limits
from .replies import Loaded
from .sandbox import Sandbox

__all__ = [
    "BadReply",
    "ChildDied",
    "ChildTimedOut",
    "Isolation",
    "IsolationUnavailable",
    "Limits",
    "Loaded",
    "Sandbox",
    "SandboxBroken",
    "SandboxFailure",
]
