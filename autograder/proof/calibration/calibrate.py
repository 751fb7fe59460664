"""Calibrate a kit: train its known answers from many initial weights and collect the accuracies."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from ...checks.environment import ONE_THREAD, installed, processor, tensorflow_version
from ...kit import Kit, KitError
from .calibration_report import calibration_fingerprint
from .thresholds import Calibration, Network, Threshold
from .trials import AccuraciesReached, AnswerTrained, TrialEvent, TrialProgress, TrialsFailed

_EVENTS: msgspec.json.Decoder[TrialEvent] = msgspec.json.Decoder(TrialEvent)
Progress = Callable[[str, int, int], None]


def calibrate(
    root: Path, kit: Kit, seeds: int, progress: Progress = lambda what, done, of: None
) -> Calibration:
    """Train every distinct network of the known answers from `seeds` initial weights; raises KitError.

    A right answer that a check of [calibrated] does not train is an error of the kit.
    """
    if not kit.calibrated:
        raise KitError(
            f"{kit.slug}/kit.toml has no [calibrated]: name each accuracy threshold and the check that "
            "grades by it."
        )
    # Taken before the trainings, which take minutes: files may change meanwhile.
    bases = {setting: calibration_fingerprint(root, kit, setting) for setting in kit.calibrated}
    trained: list[AnswerTrained] = []
    reached: list[AccuraciesReached] = []
    for event in _events(root, kit.slug, seeds):
        match event:
            case TrialsFailed(problem=problem):
                raise KitError(problem)
            case TrialProgress():
                progress(event.what, event.done, event.total)
            case AnswerTrained():
                trained.append(event)
            case AccuraciesReached():
                reached.append(event)
    thresholds = tuple(
        _threshold(
            kit,
            setting,
            rests_on,
            [event for event in trained if event.setting == setting],
            [event for event in reached if event.setting == setting],
        )
        for setting, rests_on in bases.items()
    )
    return Calibration(kit.slug, seeds, _made_with(), thresholds)


def _events(root: Path, slug: str, seeds: int) -> Iterator[TrialEvent]:
    """Yield the events of the trials process; end it with all its children."""
    command = [sys.executable, "-m", "autograder.proof.calibration.trials", str(root), slug, str(seeds)]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(
            command,
            env=os.environ | ONE_THREAD,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield from map(_EVENTS.decode, process.stdout)
            if process.wait():
                log.seek(0)
                said = log.read()[-2_000:].decode(errors="replace").strip()
                raise KitError(f"The trials of {slug} ended with status {process.returncode}. {said}")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _threshold(
    kit: Kit,
    setting: str,
    rests_on: str,
    trained: Sequence[AnswerTrained],
    reached: Sequence[AccuraciesReached],
) -> Threshold:
    networks = [
        Network(
            right=_names(trained, event.network, right=True),
            wrong=_names(trained, event.network, right=False),
            reached=event.accuracies,
        )
        for event in reached
    ]
    return Threshold(
        setting=setting,
        value=float(kit.all_settings[setting]),
        check=kit.calibrated[setting],
        basis=rests_on,
        networks=tuple(networks),
        turned_away=_names(trained, None, right=False),
    )


def _names(trained: Sequence[AnswerTrained], network: str | None, right: bool) -> tuple[str, ...]:
    """Return the right or the wrong answers that have a network."""
    return tuple(event.answer for event in trained if event.network == network and event.right == right)


def _made_with() -> str:
    versions = {
        "Python": platform.python_version(),
        "TensorFlow": tensorflow_version(),
        "Keras": installed("keras"),
        "NumPy": installed("numpy"),
    }
    return ", ".join([*(f"{name} {version}" for name, version in versions.items()), processor()])
