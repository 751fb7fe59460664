"""A filter is loaded for the machine at hand, or the text says why not."""

from __future__ import annotations

import platform
import struct

import pytest

from autograder.sandbox.guest.linux import OWN_PROCESS_ID
from autograder.sandbox.protocol import IsolationUnavailable
from autograder.sandbox.seccomp import FILTERS, load_filter

MACHINES = ("aarch64", "x86_64")


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_checks_the_architecture_first_and_has_room_for_the_own_process(machine):
    program = list(struct.iter_unpack("HBBI", load_filter(machine)))
    # Load the architecture, at byte 4 of what the kernel passes.
    assert program[0] == (0x20, 0, 0, 4)
    assert OWN_PROCESS_ID in [value for *_, value in program]


def test_each_supported_machine_has_a_filter():
    assert sorted(path.stem for path in FILTERS.iterdir()) == sorted(MACHINES)
    assert load_filter() == load_filter(platform.machine())


@pytest.mark.parametrize("machine", ["sparc", "../x86_64", "X86_64"])
def test_another_machine_is_refused(machine):
    with pytest.raises(IsolationUnavailable, match=f"aarch64, x86_64.*found {machine}"):
        load_filter(machine)
