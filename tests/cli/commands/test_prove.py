"""A proof of all kits refuses what is about one kit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.mark.parametrize("option", [("--task", "add"), ("--page", "matrix.html")])
def test_without_a_kit_an_option_for_one_kit_is_refused(
    toy_root: Path, kit_here: Callable[..., tuple[int, str]], option: tuple[str, str]
) -> None:
    status, said = kit_here("prove", *option, "--root", toy_root)
    assert status == 2
    assert f"Expected the name of a kit with {option[0]}, found none." in said
