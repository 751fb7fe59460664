"""Where the system refuses, the text says what was found and what to do."""

from __future__ import annotations

import pytest

from autograder.sandbox import bubblewrap as advice
from autograder.sandbox.bubblewrap import denied_by_system

SAID = "bwrap: setting up uid map: Permission denied\n"


def test_what_is_not_bubblewraps_word_is_no_refusal():
    assert denied_by_system("Traceback: bwrap: no\n", "/usr/bin/bwrap") is None
    assert denied_by_system("", "/usr/bin/bwrap") is None


@pytest.mark.parametrize(
    ("setting", "advised"),
    [("1\n", "profile bwrap /opt/bwrap flags=(unconfined) { userns, }"), ("0\n", "level `user`")],
)
def test_the_advice_fits_the_system(tmp_path, monkeypatch, setting, advised):
    (tmp_path / "restrict").write_text(setting)
    monkeypatch.setattr(advice, "APPARMOR", tmp_path / "restrict")
    text = denied_by_system(SAID, "/opt/bwrap") or ""
    assert "found 'bwrap: setting up uid map: Permission denied'" in text
    assert advised in text
    assert "level `process`" in text
