"""Zips that depend on nothing but their files."""

from __future__ import annotations

import io
import stat
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from autograder.files import pack, unpack

NAMES = st.text("abcdefgh", min_size=1, max_size=8)


@given(st.dictionaries(NAMES, st.binary(max_size=200)))
def test_what_goes_in_comes_out_and_order_does_not_matter(files: dict[str, bytes]) -> None:
    """The same files in another order give the same bytes."""
    backwards = dict(reversed(files.items()))
    assert unpack(pack(files)) == files
    assert pack(files) == pack(backwards)


def test_programs_may_be_executed() -> None:
    """Gradescope starts `run_autograder` itself."""
    with zipfile.ZipFile(io.BytesIO(pack({"run": b"", "data": b""}, programs=("run",)))) as archive:
        modes = {entry.filename: entry.external_attr >> 16 for entry in archive.infolist()}
    assert modes["run"] & stat.S_IXUSR
    assert not modes["data"] & stat.S_IXUSR
