"""What a calibration found, and what follows for each threshold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import betaincinv  # scipy.stats, which has the same, takes a second to import

CONFIDENCE = 0.95

# Values in ascending order, each with how often it was seen.
Counted = Sequence[tuple[float, int]]


def highest_chance(failures: int, trials: int) -> float:
    """The one-sided Clopper-Pearson bound: with 95 % confidence a trial fails with no greater probability.

    Exact for independent trials of one chance. Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934).
    """
    if not 0 <= failures <= trials or trials < 1:
        raise ValueError(f"Expected failures among one trial or more, received {failures} of {trials}.")
    return 1.0 if failures == trials else float(betaincinv(failures + 1, trials - failures, CONFIDENCE))


def count_below(counted: Counted, threshold: float) -> int:
    """How many of the values do not reach the threshold."""
    return sum(count for value, count in counted if not value >= threshold)


def quantile(counted: Counted, share: float) -> float:
    """The least of the values that at least this share of all does not exceed; share 0 gives the minimum."""
    needed, seen = share * sum(count for _, count in counted), 0
    for value, count in counted:
        seen += count
        if seen >= needed:
            return value
    raise ValueError(f"Expected values and a share between 0 and 1, received {counted} and {share}.")


HIGHEST_CHANCE = 0.005


@dataclass(frozen=True)
class Network:
    """One distinct network, trained from many initial weights: whose it is, and what it reached how often.

    A wrong answer beside right ones trains as they do: no threshold can tell it from them.
    """

    right: tuple[str, ...]
    wrong: tuple[str, ...]
    reached: Counted

    @property
    def trials(self) -> int:
        """How many trainings there were."""
        return sum(count for _, count in self.reached)


@dataclass(frozen=True)
class Threshold:
    """One threshold of a kit: the setting and its value, the check that grades by it, and the networks.

    `basis` is the hash of what the trainings rest on. `turned_away` are the wrong answers that the check
    fails before it would train them.
    """

    setting: str
    value: float
    check: str
    basis: str
    networks: tuple[Network, ...]
    turned_away: tuple[str, ...]

    @property
    def right(self) -> list[Network]:
        """The networks of right answers."""
        return [network for network in self.networks if network.right]

    def failures(self, network: Network) -> int:
        """How many trainings of a network do not reach the threshold."""
        return count_below(network.reached, self.value)

    def chance(self, network: Network) -> float:
        """The bound of the chance that a training of this network does not reach the threshold."""
        return highest_chance(self.failures(network), network.trials)

    @property
    def worst(self) -> Network:
        """The network of right answers that fails most easily: an answer has one network, not all."""
        return max(self.right, key=self.chance)

    @property
    def holds(self) -> bool:
        """Whether every right answer fails with a probability below 0.5 %, at 95 % confidence."""
        return self.chance(self.worst) < HIGHEST_CHANCE

    @property
    def reached(self) -> Counted:
        """What all networks of right answers reached."""
        return merge_counts(self.right)

    @property
    def highest(self) -> float | None:
        """The highest of the observed accuracies that would hold as the threshold; None where none would."""
        return max(
            (value for value, _ in self.reached if all(_holds(value, network) for network in self.right)),
            default=None,
        )

    @property
    def wrong_trained(self) -> int:
        """How many wrong answers the check trains."""
        return sum(len(network.wrong) for network in self.networks)

    @property
    def stopped(self) -> float:
        """The share of these that the threshold stops, over all their trainings; 0 where there are none."""
        shares = [(self.failures(network) / network.trials, len(network.wrong)) for network in self.networks]
        return sum(share * count for share, count in shares) / max(self.wrong_trained, 1)


@dataclass(frozen=True)
class Calibration:
    """All thresholds of a kit, calibrated with so many initial weights for each network, on this."""

    kit: str
    seeds: int
    made_with: str
    thresholds: tuple[Threshold, ...]


def merge_counts(networks: Sequence[Network]) -> Counted:
    """What these networks reached, all trainings counted alike."""
    counted: Counter[float] = Counter()
    for network in networks:
        counted.update(dict(network.reached))
    return sorted(counted.items())


def _holds(value: float, network: Network) -> bool:
    return highest_chance(count_below(network.reached, value), network.trials) < HIGHEST_CHANCE
