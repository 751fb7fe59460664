"""How a child ended, as a sentence."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any

from .limits import Limits


def reason(fate: Mapping[str, Any], limits: Limits) -> str:
    """Say what the warm process saw of a child's end."""
    how, number = fate.get("how"), fate.get("number", 0)
    if how == "memory":
        return f"it used more than {limits.resident_mb} MB of memory"
    if how == "scratch":
        return f"it wrote more than {limits.scratch_mb} MB or {limits.scratch_inodes} files"
    if how == "exit":
        return f"it ended itself with status {number}"
    if number == signal.SIGXCPU:
        return f"it used more than {limits.cpu_seconds} s of processor time"
    if number == signal.SIGKILL:
        return "it closed its connection, or the system ended it for want of memory or processor time"
    if how == "signal":
        return f"it crashed ({_name(number)})"
    return "it ended"


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
