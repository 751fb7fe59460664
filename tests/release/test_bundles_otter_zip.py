"""Otter's zip: repeatable, complete, and laid out as Otter's containers expect it."""

from __future__ import annotations

import importlib.resources
import json
from fnmatch import fnmatch

import pytest
import yaml
from checksums import checksums

from autograder.files import unpack
from autograder.kit import Kit
from autograder.release.bundles import ISOLATION, MANIFEST_FILE, PLUGIN, Manifest, otter_zip
from autograder.release.wheel import Wheel


@pytest.fixture(scope="module")
def files(toy: Kit, wheel: Wheel) -> dict[str, bytes]:
    return unpack(otter_zip(toy, wheel))


def test_building_twice_gives_the_same_bytes(toy: Kit, wheel: Wheel) -> None:
    """Otter stamps the time into what it generates; it is gone."""
    assert otter_zip(toy, wheel) == otter_zip(toy, wheel)


def test_everything_that_the_plugin_needs_is_in_it(files: dict[str, bytes], toy: Kit, wheel: Wheel) -> None:
    """The kit, the engine, a question for every task, and the plugin's settings."""
    assert Kit.unzip(files["files/sums.kit"]) == toy
    assert files[f"files/{wheel.name}"] == wheel.content
    assert {name for name in files if name.startswith("tests/")} == {f"tests/{task}.py" for task in toy.tasks}
    (plugin,) = json.loads(files["otter_config.json"])["plugins"]
    assert plugin == {PLUGIN: {"kit": "sums.kit", "isolation": ISOLATION}}


def test_the_manifest_tells_the_kit_and_every_checksum(files: dict[str, bytes], toy: Kit) -> None:
    """A grade carries the kit's version; so does the zip that it came from."""
    manifest = Manifest.from_json(files[MANIFEST_FILE])
    assert manifest.kit_version == toy.version
    assert manifest.files == checksums(files)


def test_the_image_of_otter_grade_finds_what_it_adds(files: dict[str, bytes]) -> None:
    """Otter's own Dockerfile names these; without one of them the image is not built."""
    dockerfile = (importlib.resources.files("otter.grade") / "Dockerfile").read_text()
    added = [line.split()[1:-1] for line in dockerfile.splitlines() if line.startswith("ADD ")]
    patterns = [pattern for line in added for pattern in line]
    assert {"run_autograder", "tests", "requirements.*", "files*"} <= set(patterns)
    top = {name.partition("/")[0] for name in files}
    assert all(any(fnmatch(name, pattern) for name in top) for pattern in patterns)


def test_a_container_installs_pinned_packages(files: dict[str, bytes]) -> None:
    """Everything comes from the file of pinned requirements, which the image of `otter grade` has, too."""
    environment = yaml.safe_load(files["environment.yml"])
    (pip,) = [each["pip"] for each in environment["dependencies"] if isinstance(each, dict)]
    assert pip == ["-r /autograder/source/requirements.txt"]
    assert b"otter-grader==" in files["requirements.txt"]


def test_the_engine_is_installed_before_otter_starts(files: dict[str, bytes]) -> None:
    """The image of `otter grade` is built without `files`, so it is done at the start of a container."""
    *_, before, last = files["run_autograder"].decode().splitlines()
    assert last == "python /autograder/source/run_otter.py"
    assert before.startswith("chmod 700")
    assert "pip install" in files["run_autograder"].decode()
    assert files["setup.sh"].decode().rstrip().endswith("chmod a+x /root")
