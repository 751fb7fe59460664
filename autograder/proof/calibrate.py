"""Calibrate a kit: train its known answers from many initial weights and collect the accuracies."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ..checks.environment import ONE_THREAD, installed, processor
from ..kit import Kit, KitError
from .calibration import Calibration, Network, Threshold
from .fingerprint import calibration_fingerprint

Event = dict[str, Any]
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
    events: list[Event] = []
    for event in _events(root, kit.slug, seeds):
        if "problem" in event:
            raise KitError(event["problem"])
        if "progress" in event:
            progress(event["progress"], event["done"], event["of"])
        else:
            events.append(event)
    thresholds = tuple(_threshold(kit, setting, rests_on, events) for setting, rests_on in bases.items())
    return Calibration(kit.slug, seeds, _made_with(), thresholds)


def _events(root: Path, slug: str, seeds: int) -> Iterator[Event]:
    """Yield the events of the trials process; end it with all its children."""
    command = [sys.executable, "-m", "autograder.proof.trials", str(root), slug, str(seeds)]
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
            yield from map(json.loads, process.stdout)
            if process.wait():
                log.seek(0)
                said = log.read()[-2_000:].decode(errors="replace").strip()
                raise KitError(f"The trials of {slug} ended with status {process.returncode}. {said}")
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _threshold(kit: Kit, setting: str, rests_on: str, events: list[Event]) -> Threshold:
    mine = [event for event in events if event["setting"] == setting]
    trained = [event for event in mine if "trained" in event]
    networks = [
        Network(
            right=_names(trained, event["network"], right=True),
            wrong=_names(trained, event["network"], right=False),
            reached=tuple((value, count) for value, count in event["reached"]),
        )
        for event in mine
        if "reached" in event
    ]
    return Threshold(
        setting=setting,
        value=float(kit.all_settings[setting]),
        check=kit.calibrated[setting],
        basis=rests_on,
        networks=tuple(networks),
        turned_away=_names(trained, None, right=False),
    )


def _names(trained: list[Event], network: str | None, right: bool) -> tuple[str, ...]:
    """Return the right or the wrong answers that have a network."""
    return tuple(
        event["trained"]
        for event in trained
        if event["network"] == network and (event["kind"] != "mistake") == right
    )


def _made_with() -> str:
    versions = [f"{name} {installed(name.lower())}" for name in ("TensorFlow", "Keras", "NumPy")]
    return f"Python {platform.python_version()}, {', '.join(versions)}, {processor()}"
