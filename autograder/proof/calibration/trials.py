"""Train the networks that checks train, from many initial weights.

`python -m autograder.proof.calibration.trials ROOT SLUG SEEDS` prints one TrialEvent per line. Known
answers are trusted, so each runs in a fork of this process without a sandbox.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, TypeVar

from ...checks.check_events import Message, encode, write_line
from ...checks.failures import SubmissionFailed
from ...checks.proxies import Proxies
from ...checks.session import CheckSession
from ...checks.training_cache import TrainingCache
from ...examiner import fork
from ...examiner.worker import warm_up
from ...kit import Kit, KitError
from ...models import Outcome
from ...sandbox.guest.failed_calls import raised_by
from ..answers import Answer, alternatives, mistakes, solution
from .calibration_report import calibration_path


class TrialProgress(Message, frozen=True, tag=True):
    """`done` of `total` steps are done; `what` names the next one."""

    what: str
    done: int
    total: int


class AnswerTrained(Message, frozen=True, tag=True):
    """The check of a threshold trains this network of an answer, or None."""

    setting: str
    answer: str
    right: bool
    network: str | None


class AccuraciesReached(Message, frozen=True, tag=True):
    """The accuracies of a network from all initial weights, each with its count."""

    setting: str
    network: str
    accuracies: tuple[tuple[float, int], ...]


class TrialsFailed(Message, frozen=True, tag=True):
    """The trials cannot go on. The problem is a sentence for the author."""

    problem: str


class NetworkFound(Message, frozen=True, tag=True):
    """The fingerprint of the network that a check trains."""

    network: str


class AccuraciesMeasured(Message, frozen=True, tag=True):
    """The accuracies of the network that a check trains, each with its count."""

    accuracies: tuple[tuple[float, int], ...]


TrialEvent = TrialProgress | AnswerTrained | AccuraciesReached | TrialsFailed
T = TypeVar("T")


def attach_answer(proxies: Proxies, answer: Answer) -> None:
    """Load an answer and route the calls of the checks to its functions."""
    module = ModuleType(proxies.__name__)
    module.__file__ = f"{proxies.__name__}.py"
    exec(compile(answer.text, module.__file__, "exec"), module.__dict__)  # noqa: S102 - see above
    proxies.attach(lambda *call: _call(module, *call))


def _call(
    module: ModuleType, function: str, args: tuple[Any, ...], kwargs: dict[str, Any], times: int = 1
) -> Any:
    """Call a function of the answer; its exceptions count as in the examiner."""
    if not hasattr(module, function):
        raise SubmissionFailed(Outcome.NOT_ATTEMPTED, f"{function} is missing")
    try:
        answers = [getattr(module, function)(*args, **kwargs) for _ in range(times)]
        return answers[0] if times == 1 else answers
    except Exception as error:
        outcome = Outcome.NOT_ATTEMPTED if _is_from_stub(error, module, function) else Outcome.FAILED
        raise SubmissionFailed(outcome, f"{type(error).__name__}: {error}") from error


def _is_from_stub(error: Exception, module: ModuleType, function: str) -> bool:
    """Return whether a call ended at the answer's own `raise NotImplementedError`, not in a library."""
    if not isinstance(error, NotImplementedError) or (raiser := raised_by(error)) is None:
        return False
    code, _ = raiser
    return code.co_filename == module.__file__ and code.co_qualname.partition(".")[0] == function


DAY = 24 * 3600
BOUNDS = fork.Bounds(data_bytes=16 * fork.GIB, cpu_seconds=DAY)
AT_ONCE = 1_000
# A single training takes one or two seconds. So few trials cannot prove a right answer safe, but reveal a
# wrong one.
ONE_BY_ONE = 30
DRAWS = 2

Take = Callable[[Any, Any, Any, int, int], T]


@dataclass(frozen=True)
class Trial:
    """How a kit tests a threshold: initial weights, measure, and rows."""

    draw: Callable[[Any, int], list[Any]]
    accuracy: Callable[[Any, Any, Any], float]
    graded_on: Callable[[Any, Any], tuple[Any, Any]]


class TrainingRequested(Exception):
    """The check has requested the training of interest; the rest of it is not needed."""


@dataclass(frozen=True)
class TrialRunner:
    """The collected checks of a kit, with a stand-in for its training function."""

    kit: Kit
    session: CheckSession
    proxies: Proxies
    trainings: TrainingCache

    def take(self, answer: Answer, setting: str, take: Take[T], kind: type[T]) -> T | None:
        """Return the result of `take` for the training that a threshold's check requests, or None.

        Raises KitError if `take` fails.
        """
        check = next(check for check in self.kit.checks if check.name == self.kit.calibrated[setting])

        def work(emit: fork.Emit) -> None:
            def training(*arguments: Any) -> None:
                try:
                    emit(take(*arguments))
                except Exception:  # otherwise the check would only fail
                    emit(TrialsFailed(traceback.format_exc()))
                raise TrainingRequested

            attach_answer(self.proxies, answer)
            self.trainings.train = training
            list(self.session.examine([check], lambda check: None))

        found: T | TrialsFailed | None = next(fork.run(work, DAY, BOUNDS, kind | TrialsFailed), None)
        if isinstance(found, TrialsFailed):
            raise KitError(f"{setting}: {answer.name} could not be trained.\n{found.problem}")
        return found


def main(root: Path, slug: str, seeds: int, say: fork.Emit) -> None:
    """Report the result of every answer to `say`; raises KitError."""
    kit = Kit.load(root, slug)
    with tempfile.TemporaryDirectory() as folder:
        kit.write(Path(folder))
        proxies = Proxies(kit.module, kit.tasks)
        trainings = warm_up(kit, Path(folder), proxies)
        assert trainings is not None, "without `train` there is no basis, and so no trial"
        calibration = SimpleNamespace(**runpy.run_path(str(calibration_path(root, kit))))
        CheckSession(
            kit,
            lambda session: _run(
                TrialRunner(kit, session, proxies, trainings), root, calibration, seeds, say
            ),
        ).run(Path(folder))


def _run(bench: TrialRunner, root: Path, calibration: Any, seeds: int, say: fork.Emit) -> None:
    train = bench.trainings.train
    graded_on = getattr(calibration, "graded_on", lambda setting, x, y: (x, y))
    asked = list(_asked(root, bench.kit))
    networks: dict[tuple[str, str], Answer] = {}
    for done, (answer, setting) in enumerate(asked):
        say(TrialProgress(f"{setting}: {answer.name}", done, len(asked)))
        draw = getattr(calibration, setting)
        found = bench.take(
            answer, setting, lambda *of, draw=draw: NetworkFound(fingerprint(draw, *of)), NetworkFound
        )
        network = found.network if found else None
        if network is None and answer.kind != "mistake":
            raise KitError(
                f"{bench.kit.calibrated[setting]} does not train the right answer {answer.name}: "
                f"`kit prove {bench.kit.slug}` says why."
            )
        say(AnswerTrained(setting, answer.name, answer.kind != "mistake", network))
        if network:
            networks.setdefault((setting, network), answer)
    for done, ((setting, network), answer) in enumerate(networks.items()):
        say(TrialProgress(f"{setting}: {seeds} × {answer.name}", done, len(networks)))
        trial = Trial(getattr(calibration, setting), calibration.accuracy, partial(graded_on, setting))
        measured = bench.take(
            answer,
            setting,
            lambda *of, trial=trial: AccuraciesMeasured(reached(train, trial, seeds, *of)),
            AccuraciesMeasured,
        )
        assert measured is not None, "the check trained this network a moment ago"
        say(AccuraciesReached(setting, network, measured.accuracies))


def _asked(root: Path, kit: Kit) -> Iterator[tuple[Answer, str]]:
    """Yield right answers for every threshold, and wrong answers for checks of the tasks that they change."""
    tasks = {check.name: check.task for check in kit.checks}
    for setting, check in kit.calibrated.items():
        for answer in (solution(root, kit), *alternatives(root, kit), *mistakes(root, kit)):
            if answer.kind != "mistake" or tasks[check] in answer.tasks:
                yield answer, setting


def fingerprint(draw: Any, model: Any, x: Any, y: Any, epochs: int, seed: int) -> str:
    """Return a hash of what decides a training, except names: equal networks train equally.

    It covers outputs and loss on x and y, so an activation layer equals the `activation` argument.
    """
    import hashlib

    import numpy as np

    steps = {key: value for key, value in model.optimizer.get_config().items() if key != "name"}
    trained = {id(variable) for variable in model.trainable_variables}
    flags = [id(variable) in trained for variable in model.weights]
    settings = [type(model.optimizer).__name__, steps, flags, epochs, seed]
    digest = hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode())
    arrays = [x, y]
    for number in range(DRAWS):
        weights = draw(model, number)
        model.set_weights(weights)
        outputs = model(x, training=True)
        arrays += [*weights, outputs, model.compute_loss(x=x, y=y, y_pred=outputs, training=True)]
    for array in map(np.ascontiguousarray, arrays):
        digest.update(f"{array.dtype} {array.shape}".encode() + array.tobytes())
    return digest.hexdigest()


def reached(
    train: Any, trial: Trial, seeds: int, model: Any, x: Any, y: Any, epochs: int, seed: int
) -> tuple[tuple[float, int], ...]:
    """Return the accuracies of trainings from the starts 0 to `seeds` - 1, with counts.

    Networks that cannot be trained together are trained from the first few starts only.
    """
    from .vectorized_training import NotVectorizable, VectorizedModels

    rows, right = trial.graded_on(x, y)
    counted: Counter[float] = Counter()
    try:
        for first in range(0, seeds, AT_ONCE):
            starts = range(first, min(first + AT_ONCE, seeds))
            many = VectorizedModels(model, [trial.draw(model, start) for start in starts])
            train(many, x, y, epochs, seed)
            counted.update(trial.accuracy(_giving(made), rows, right) for made in many.outputs(rows))
    except NotVectorizable:
        for start in range(min(ONE_BY_ONE, seeds)):
            model.set_weights(trial.draw(model, start))
            train(model, x, y, epochs, seed)
            counted[trial.accuracy(model, rows, right)] += 1
    return tuple(sorted(counted.items()))


def _giving(outputs: Any) -> Callable[..., Any]:
    """Return an object that `accuracy` can call like the network."""
    return lambda x, training=False: outputs


if __name__ == "__main__":
    # Discard what answers print.
    channel = os.dup(1)
    os.dup2(2, 1)
    try:
        main(
            Path(sys.argv[1]),
            sys.argv[2],
            int(sys.argv[3]),
            lambda event: write_line(channel, encode(event)),
        )
    except KitError as error:
        write_line(channel, encode(TrialsFailed(str(error))))
