"""`kit calibrate` trains what the checks train, and writes what it found beside the kit."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from processes import alive
from typer.testing import CliRunner

from autograder.checks.environment import tensorflow_version
from autograder.cli import app
from autograder.kit import Kit
from autograder.proof.calibration.calibration_report import disagreements, plot, read_table, write_table
from autograder.sandbox.guest.process_tree import descendants

ROOT = Path(__file__).parents[3]
SLUG = "week09_transfer"
KIT = Path(sys.executable).with_name("kit")
ALTERNATIVES = '''
import keras


class activates_afterwards:
    """The same network in other words: it is trained once for both."""

    def build_base(n_features=4, n_classes=3):
        print("much")
        model = keras.Sequential([keras.Input((n_features,)), keras.layers.Dense(50), keras.layers.ReLU()])
        model.add(keras.layers.Dense(25, activation="relu"))
        model.add(keras.layers.Dense(n_classes))
        model.add(keras.layers.Softmax())
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model


class steps_faster:
    """Another network."""

    def build_base(n_features=4, n_classes=3):
        layers = [keras.layers.Dense(units, activation="relu") for units in (50, 25)]
        top = keras.layers.Dense(n_classes, activation="softmax")
        model = keras.Sequential([keras.Input((n_features,)), *layers, top])
        model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(0.002))
        return model
'''
MISTAKES = '''
import keras


class builds_nothing:
    """Is turned away before any training."""

    FAILS = ("test_build_base_learns_iris",)

    def build_base(n_features=4, n_classes=3):
        return None


class counts_for_iris_alone:
    """Is wrong in a way that no training of this base shows."""

    FAILS = ("test_build_base_follows_its_arguments",)

    def build_base(n_features=4, n_classes=3):
        layers = [keras.layers.Dense(units, activation="relu") for units in (50, 25)]
        model = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(3, activation="softmax")])
        model.compile(loss="categorical_crossentropy", optimizer="adam")
        return model


class steps_nowhere:
    """Trains and learns nothing."""

    FAILS = ("test_build_base_learns_iris",)

    def build_base(n_features=4, n_classes=3):
        layers = [keras.layers.Dense(units, activation="relu") for units in (50, 25)]
        model = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(3, activation="softmax")])
        model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(1e-7))
        return model


class freezes_nothing:
    """Is about another task than the base's."""

    FAILS = ("test_freeze_leaves_nothing_to_train",)

    def freeze(model):
        return model
'''


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a short week 9: one threshold, fewer epochs, and few known answers."""
    for tree in ("autograder/kits", "solutions"):
        shutil.copytree(ROOT / tree / SLUG, tmp_path / tree / SLUG)
    path = tmp_path / "autograder" / "kits" / SLUG / "kit.toml"
    lines = [line for line in path.read_text().splitlines() if not line.startswith('graft_accuracy = "')]
    path.write_text("\n".join(lines).replace("base_epochs = 100", "base_epochs = 40").replace("0.95", "0.6"))
    (tmp_path / "solutions" / SLUG / "alternatives.py").write_text(ALTERNATIVES)
    (tmp_path / "solutions" / SLUG / "mistakes.py").write_text(MISTAKES)
    return tmp_path


def test_a_kit_is_calibrated(root: Path) -> None:
    """Equal networks are trained once; three seeds prove too little, and the exit status says so."""
    result = CliRunner().invoke(app, ["calibrate", SLUG, "--seeds", "3", "--root", str(root)])
    assert result.exit_code == 1, result.output
    assert "✗ base_accuracy = 0.6 fails the right answer solution in 0 of 3 trainings" in result.output
    folder = root / "autograder" / "kits" / SLUG
    text = (folder / "calibration.toml").read_text()
    calibration = read_table(text)
    assert write_table(calibration) == text
    assert plot(calibration) == (folder / "calibration.svg").read_text()
    assert f", TensorFlow {tensorflow_version()}, " in calibration.made_with
    (base,) = calibration.thresholds
    assert (base.check, base.value, base.turned_away) == (
        "test_build_base_learns_iris",
        0.6,
        ("builds_nothing",),
    )
    assert [(network.right, network.wrong, network.trials) for network in base.networks] == [
        (("solution", "activates_afterwards"), ("counts_for_iris_alone",), 3),
        (("steps_faster",), (), 3),
        ((), ("steps_nowhere",), 3),
    ]
    assert [base.failures(network) for network in base.networks] == [0, 0, 3]
    (problem,) = disagreements(root, Kit.load(root, SLUG))
    assert "with 95 % confidence up to 63.16% of the time; expected below 0.5%" in problem


def test_a_right_answer_that_no_check_trains_ends_the_calibration(root: Path) -> None:
    """What is wrong with the kit is said first: a threshold that grades only some has no bound."""
    text = (root / "solutions" / SLUG / "mistakes.py").read_text().split("class counts")[0]
    right = text.replace('    FAILS = ("test_build_base_learns_iris",)\n', "")
    (root / "solutions" / SLUG / "alternatives.py").write_text(right)
    out = ["--seeds", "1", "--out", str(root / "out")]
    result = CliRunner().invoke(app, ["calibrate", SLUG, "--root", str(root), *out])
    assert result.exit_code == 1
    assert "test_build_base_learns_iris does not train the right answer builds_nothing" in result.output
    assert not (root / "out").exists()


def test_a_kit_without_thresholds_has_nothing_to_calibrate() -> None:
    result = CliRunner().invoke(app, ["calibrate", "sums", "--root", str(ROOT / "tests" / "toy")])
    assert result.exit_code == 1
    assert "sums/kit.toml has no [calibrated]" in result.output


def test_a_kit_that_does_not_exist_is_wrong_use() -> None:
    result = CliRunner().invoke(app, ["calibrate", "week99", "--root", str(ROOT)])
    assert result.exit_code == 2
    assert "week99" in result.output


def test_ending_a_calibration_ends_its_trials(tmp_path: Path) -> None:
    """SIGTERM does as Ctrl-C: nothing goes on training for nobody."""
    command = [KIT, "calibrate", SLUG, "--out", tmp_path, "--root", ROOT]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # The command, the process that holds the checks, and its fork with the first answer.
    while len(family := [process.pid, *descendants(process.pid)]) < 3:
        assert process.poll() is None
        time.sleep(0.05)
    process.terminate()
    assert process.wait() != 0
    wait_for_the_end_of(family)


def wait_for_the_end_of(processes: list[int]) -> None:
    """Return when none of these runs, and fail where one will not end."""
    deadline = time.monotonic() + 60
    while left := [process for process in processes if alive(process)]:
        assert time.monotonic() < deadline, left
        time.sleep(0.05)
