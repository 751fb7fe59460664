"""Hold the results of a calibration, and decide for each threshold whether it is fair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.special import betaincinv  # scipy.stats has this function too, but its import takes a second

CONFIDENCE = 0.95

# Values in ascending order, each with its count.
Counted = Sequence[tuple[float, int]]


def highest_chance(failures: int, trials: int) -> float:
    """Return the one-sided 95 % Clopper-Pearson bound of the probability that a trial fails.

    Exact for independent trials with equal probability. Source: C. J. Clopper and E. S. Pearson,
    Biometrika 26 (1934).
    """
    if not 0 <= failures <= trials or trials < 1:
        raise ValueError(f"Expected failures among one trial or more, received {failures} of {trials}.")
    return 1.0 if failures == trials else float(betaincinv(failures + 1, trials - failures, CONFIDENCE))


def count_below(counted: Counted, threshold: float) -> int:
    """Return how many values are below the threshold."""
    return sum(count for value, count in counted if not value >= threshold)


def quantile(counted: Counted, share: float) -> float:
    """Return the smallest value that at least this share of all values does not exceed."""
    needed, seen = share * sum(count for _, count in counted), 0
    for value, count in counted:
        seen += count
        if seen >= needed:
            return value
    raise ValueError(f"Expected values and a share between 0 and 1, received {counted} and {share}.")


HIGHEST_CHANCE = 0.005


@dataclass(frozen=True)
class Network:
    """One distinct network, trained from many initial weights: its answers and counted accuracies.

    A wrong answer with the network of a right one trains equally: no threshold separates them.
    """

    right: tuple[str, ...]
    wrong: tuple[str, ...]
    reached: Counted

    @property
    def trials(self) -> int:
        """The number of trainings."""
        return sum(count for _, count in self.reached)


@dataclass(frozen=True)
class Threshold:
    """One threshold of a kit: the setting and its value, the check that uses it, and the networks.

    `basis` is the hash of what the trainings depend on. `turned_away` lists the wrong answers that the
    check fails before training.
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
        """Return how many trainings of a network stay below the threshold."""
        return count_below(network.reached, self.value)

    def chance(self, network: Network) -> float:
        """Return the bound of the probability that a training of this network stays below the threshold."""
        return highest_chance(self.failures(network), network.trials)

    @property
    def worst(self) -> Network:
        """The network of right answers that fails most often."""
        return max(self.right, key=self.chance)

    @property
    def holds(self) -> bool:
        """Whether every right answer fails with a probability below 0.5 % at 95 % confidence."""
        return self.chance(self.worst) < HIGHEST_CHANCE

    @property
    def reached(self) -> Counted:
        """The accuracies of all networks of right answers."""
        return merge_counts(self.right)

    @property
    def highest(self) -> float | None:
        """The highest observed accuracy that would hold as the threshold, or None."""
        return max(
            (value for value, _ in self.reached if all(_holds(value, network) for network in self.right)),
            default=None,
        )

    @property
    def wrong_trained(self) -> int:
        """The number of wrong answers that the check trains."""
        return sum(len(network.wrong) for network in self.networks)

    @property
    def stopped(self) -> float:
        """The share of their trainings that stay below the threshold; 0 if there are none."""
        shares = [(self.failures(network) / network.trials, len(network.wrong)) for network in self.networks]
        return sum(share * count for share, count in shares) / max(self.wrong_trained, 1)


@dataclass(frozen=True)
class Calibration:
    """All calibrated thresholds of a kit, with the number of initial weights, versions and hardware."""

    kit: str
    seeds: int
    made_with: str
    thresholds: tuple[Threshold, ...]


def merge_counts(networks: Sequence[Network]) -> Counted:
    """Return the accuracies of these networks with their counts added."""
    counted: Counter[float] = Counter()
    for network in networks:
        counted.update(dict(network.reached))
    return sorted(counted.items())


def _holds(value: float, network: Network) -> bool:
    return highest_chance(count_below(network.reached, value), network.trials) < HIGHEST_CHANCE
