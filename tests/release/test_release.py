"""A release is one folder, the same bytes every time, and holds nothing that it should not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from checksums import checksums

from autograder.files import unpack
from autograder.kit import Kit
from autograder.release.bundles import MANIFEST_FILE, Manifest
from autograder.release.release import LeakError, release
from autograder.release.wheel import Wheel, build


def files_of(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def released(toy: Kit, wheel: Wheel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy kit's release."""
    root = Path(__file__).parents[1] / "toy"
    return release(root, toy, tmp_path_factory.mktemp("dist"), wheel).folder


def test_the_same_sources_elsewhere_give_the_same_bytes(released: Path, toy_root: Path) -> None:
    """Built again from a copy of the kit, with a wheel of its own."""
    again = release(toy_root, Kit.load(toy_root, "sums"), toy_root / "dist", build())
    assert files_of(again.folder) == files_of(released)


def test_every_zip_has_a_manifest_with_the_kits_version(released: Path, toy: Kit) -> None:
    """So has the folder, and the checksums hold."""
    files = files_of(released)
    zips = {name: unpack(content) for name, content in files.items() if name.endswith(".zip")}
    assert set(zips) == {"sums.zip", "otter/autograder.zip", "gradescope/autograder.zip"}
    for inside in (*zips.values(), files):
        manifest = Manifest.from_json(inside[MANIFEST_FILE])
        assert (manifest.kit, manifest.kit_version) == ("sums", toy.version)
        assert manifest.files == checksums(inside)


def test_the_kit_of_nbgraders_course_lies_outside_of_what_it_releases(released: Path, toy: Kit) -> None:
    names = {name for name, content in files_of(released).items() if content == toy.zip()}
    assert names == {"nbgrader/kits/sums.kit"}


def test_a_leak_stops_the_release(toy_root: Path, wheel: Wheel) -> None:
    """Nothing is written, and the message says what was found where."""
    lesson = toy_root / "solutions/sums/lesson.md"
    lesson.write_text(lesson.read_text() + "\nTest your function with test_mean_of_other_numbers.\n")
    with pytest.raises(
        LeakError, match=r"sums\.ipynb gives away the hidden check test_mean_of_other_numbers"
    ):
        release(toy_root, Kit.load(toy_root, "sums"), toy_root / "dist", wheel)
    assert not (toy_root / "dist").exists()


def test_releasing_again_removes_what_is_gone_and_keeps_what_is_not_its_own(
    released: Path, toy_root: Path, wheel: Wheel
) -> None:
    """A file of the kit that no longer exists goes; grades that nbgrader wrote there stay."""
    out = toy_root / "dist"
    shutil.copytree(released, out / "sums")
    (out / "sums" / "nbgrader" / "gradebook.db").write_text("grades")
    (toy_root / "solutions/sums/inputs/numbers.json").rename(toy_root / "solutions/sums/inputs/more.json")
    release(toy_root, Kit.load(toy_root, "sums"), out, wheel)
    inputs = out / "sums" / "nbgrader" / "source" / "sums" / "inputs"
    assert {path.name for path in inputs.iterdir()} == {"more.json", "settings.json"}
    assert (out / "sums" / "nbgrader" / "gradebook.db").read_text() == "grades"
