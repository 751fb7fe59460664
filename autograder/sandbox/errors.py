"""How a sandbox fails: through the submission, through the system that it runs on, or through the grader."""

from __future__ import annotations


class SandboxFailure(Exception):
    """The submission's process did not answer a call; the text is a sentence."""


class ChildTimedOut(SandboxFailure):
    """The submission's process did not answer in time, and was ended."""


class ChildDied(SandboxFailure):
    """The submission's process ended before it answered."""


class BadReply(SandboxFailure):
    """What the submission's process sent is no reply, and it was ended."""


class IsolationUnavailable(RuntimeError):
    """The level of isolation that was asked for cannot be had here; the text says what to do."""


class SandboxBroken(RuntimeError):
    """The sandbox itself failed, through no fault of a submission's; a new one may work."""
