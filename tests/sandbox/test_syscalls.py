"""The filter can be made for this machine, or the text says what is missing."""

from __future__ import annotations

import struct
import sys

import pytest

from autograder.sandbox.guest.confinement import OWN_PROCESS_ID
from autograder.sandbox.protocol import IsolationUnavailable
from autograder.sandbox.seccomp import ALLOWED, REFUSED, compile_filter


@pytest.mark.needs("libseccomp")
def test_the_filter_checks_the_architecture_first_and_has_room_for_the_own_process():
    program = list(struct.iter_unpack("HBBI", compile_filter()))
    # Load the architecture, at byte 4 of what the kernel tells.
    assert program[0] == (0x20, 0, 0, 4)
    assert OWN_PROCESS_ID in [value for *_, value in program]


def test_no_call_is_allowed_and_refused():
    assert not set(ALLOWED) & set(REFUSED.split())


def test_another_machine_is_refused():
    with pytest.raises(IsolationUnavailable, match="found sparc"):
        compile_filter("sparc")


def test_a_missing_library_is_told_with_the_way_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    with pytest.raises(IsolationUnavailable, match="apt install libseccomp2"):
        compile_filter()
