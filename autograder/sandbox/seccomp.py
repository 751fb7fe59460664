"""Load the system-call filter of a submission's process: a compiled BPF program for each architecture."""

from __future__ import annotations

import platform
from pathlib import Path

from .protocol import IsolationUnavailable

FILTERS = Path(__file__).parent / "filters"


def load_filter(machine: str | None = None) -> bytes:
    """Return the BPF program for this machine; raise IsolationUnavailable if there is none."""
    machine = machine or platform.machine()
    programs = {path.stem: path for path in sorted(FILTERS.glob("*.bpf"))}
    if machine not in programs:
        raise IsolationUnavailable(
            f"Expected a machine with a system-call filter ({', '.join(programs)}), found {machine}. What to "
            "do: grade on another machine."
        )
    return programs[machine].read_bytes()
