"""A repository is checked with a kit archive and with nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


def test_a_file_that_is_no_kit_archive_is_named(
    tmp_path: Path, kit_here: Callable[..., tuple[int, str]]
) -> None:
    page = tmp_path / "README.md"
    page.write_text("# A page")
    status, said = kit_here("classroom", tmp_path, "--kit", page)
    assert status == 2
    assert f"{page}: Expected a kit archive, found something else" in said
