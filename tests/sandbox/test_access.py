"""Whether modes let other users come to a file."""

from __future__ import annotations

from autograder.sandbox.local import unreadable_parent


def test_what_is_shut_is_found_from_the_outside_in(tmp_path):
    tmp_path.chmod(0o755)
    outer = tmp_path / "outer"
    file = outer / "inner" / "file"
    file.parent.mkdir(parents=True)
    file.write_text("x")
    shut_above = unreadable_parent(tmp_path)
    outer.chmod(0o700)
    assert unreadable_parent(file) == (shut_above or outer)
    outer.chmod(0o711)
    file.chmod(0o600)
    assert unreadable_parent(file) == (shut_above or file)
