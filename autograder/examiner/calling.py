"""Calls into one submission, within their time, and in one exception how one failed."""

from __future__ import annotations

from ..records import Outcome
from ..sandbox import BadReply, ChildTimedOut, Sandbox, SandboxFailure
from ..wire.frames import Frame
from .proxies import SubmissionFailed

# What a function that once did not return has left of its time: an endless loop costs the whole of it once.
LESS = 0.25


class Calling:
    """Calls functions of the submission that `sandbox` has loaded, each within `seconds`."""

    def __init__(self, sandbox: Sandbox, seconds: float) -> None:
        self._sandbox = sandbox
        self._seconds = seconds
        self._endless: set[str] = set()

    def __call__(self, function: str, request: Frame) -> Frame:
        """Return the reply's frame; raises SubmissionFailed."""
        seconds = self._seconds * (LESS if function in self._endless else 1)
        try:
            reply = self._sandbox.call(function, request, seconds)
        except ChildTimedOut:
            again = ", all that it has after it did not return before" if function in self._endless else ""
            self._endless.add(function)
            said = f"{function} did not return within {seconds:g} s{again}: is there an endless loop?"
            raise SubmissionFailed("timed_out", said) from None
        except BadReply as error:
            raise SubmissionFailed("crashed", f"The reply of {function} could not be read: {error}") from None
        except SandboxFailure as error:
            raise SubmissionFailed("crashed", f"{function} ended its process: {error}") from None
        if "raised" in reply.head:
            raise _raised(function, reply.head["raised"])
        return reply


def _raised(function: str, raised: dict[str, object]) -> SubmissionFailed:
    """What an exception of the submission means; `raised` is its own word, so only text is taken."""
    kind, text, trace = (raised.get(key) for key in ("type", "text", "trace"))
    outcome: Outcome = "not_attempted" if kind in ("NotImplementedError", "Missing") else "failed"
    place = f" (line {trace[-1][0]}: {trace[-1][2]})" if isinstance(trace, list) and trace else ""
    return SubmissionFailed(outcome, f"{function} raised {kind}: {text}{place}")
