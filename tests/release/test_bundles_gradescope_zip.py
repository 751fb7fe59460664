"""Gradescope's zip: repeatable, complete, and without anything that a container need not have."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from checksums import checksums

from autograder.files import unpack
from autograder.integrations.gradescope import KIT, SETTINGS, Settings
from autograder.kit import Kit
from autograder.release.bundles import MANIFEST_FILE, Manifest, gradescope_zip
from autograder.release.wheel import Wheel

TOY = Path(__file__).parents[1] / "toy"


@pytest.fixture(scope="module")
def files(toy: Kit, wheel: Wheel) -> dict[str, bytes]:
    return unpack(gradescope_zip(TOY, toy, wheel))


def test_building_twice_gives_the_same_bytes(toy: Kit, wheel: Wheel) -> None:
    assert gradescope_zip(TOY, toy, wheel) == gradescope_zip(TOY, toy, wheel)


def test_both_scripts_stand_at_the_root_and_are_bash(files: dict[str, bytes]) -> None:
    """Gradescope looks for these two names, and nowhere else."""
    for name in ("setup.sh", "run_autograder"):
        checked = subprocess.run(["bash", "-n"], input=files[name], capture_output=True, check=False)
        assert checked.returncode == 0, checked.stderr


def test_no_conda_no_browser_no_latex(files: dict[str, bytes]) -> None:
    """A build takes pip and two packages of the system."""
    for word in ("conda", "mamba", "playwright", "chromium", "texlive", "otter", "nbgrader"):
        assert word not in files["setup.sh"].decode()
        assert f"\n{word}" not in files["requirements.txt"].decode()


def test_the_manifest_tells_the_kit_and_every_checksum(files: dict[str, bytes], toy: Kit) -> None:
    manifest = Manifest.from_json(files[MANIFEST_FILE])
    assert manifest.kit_version == toy.version
    assert manifest.files == checksums(files)


def test_it_asks_for_a_container_and_stops_before_gradescope_does(files: dict[str, bytes], toy: Kit) -> None:
    """Another user by default; and what Gradescope cuts off is a zero, so ours ends earlier."""
    settings = Settings(**json.loads(files[SETTINGS]))
    assert settings.isolation == "user"
    assert settings.seconds < 600
    assert Kit.unzip(files[KIT]) == toy
