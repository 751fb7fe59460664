"""What a number of failures says about a chance, and the quantiles of counted values."""

from __future__ import annotations

from collections.abc import Sequence

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


def below(counted: Counted, threshold: float) -> int:
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
