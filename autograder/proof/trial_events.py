"""Define the messages of the process that trains networks for a calibration."""

from __future__ import annotations

from ..checks.events import Message


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
