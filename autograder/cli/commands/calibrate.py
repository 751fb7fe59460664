"""Run `kit calibrate`: find the possible accuracy thresholds of a kit and their certainty."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table
from rich.text import Text

from ...files import write_atomic
from ...kit import Kit, KitError
from ...proof.calibration.calibrate import calibrate
from ...proof.calibration.calibration_report import not_held, plot, table_path, write_table
from ...proof.calibration.thresholds import Calibration, Network, Threshold, quantile
from ..common import DID_NOT_HOLD, USED_WRONGLY, fail, find_kit, find_repository, make_console


def run_calibrate(slug: str, root: Path | None, seeds: int, out: Path | None) -> int:
    """Calibrate one kit, write the table and the plot, print the results, and return the exit status."""
    root = find_repository(root)
    try:
        kit = find_kit(slug, root)
    except KitError as error:
        fail(str(error), USED_WRONGLY)
    console = make_console()
    try:
        calibration = _calibrate(console, root, kit, seeds)
    except KitError as error:
        fail(str(error), DID_NOT_HOLD)
    table = (out or table_path(root, kit).parent) / table_path(root, kit).name
    write_atomic(table, write_table(calibration))
    write_atomic(table.with_suffix(".svg"), plot(calibration))
    return show(console, calibration, table)


def _calibrate(console: Console, root: Path, kit: Kit, seeds: int) -> Calibration:
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"calibrating {kit.slug}", total=None)
        return calibrate(
            root,
            kit,
            seeds,
            lambda what, done, of: bar.update(task, description=what, completed=done, total=of),
        )


def show(console: Console, calibration: Calibration, table: Path) -> int:
    """Print a calibration and return the exit status."""
    for threshold in calibration.thresholds:
        console.print(Text(f"{threshold.setting} = {threshold.value:g}, graded in {threshold.check}"))
        console.print(_rows(threshold))
        console.print(
            Text(
                f"The check rejects {len(threshold.turned_away)} of "
                f"{threshold.wrong_trained + len(threshold.turned_away)} wrong answers before training; the "
                f"threshold rejects {threshold.stopped:.1%} of the trainings of the others.\n"
            ),
            soft_wrap=True,
        )
    console.print(Text(f"Table and plot: {table}, {table.with_suffix('.svg').name}"), soft_wrap=True)
    failing = [threshold for threshold in calibration.thresholds if not threshold.holds]
    for threshold in failing:
        console.print(Text(f"✗ {not_held(threshold)}", style="red"), soft_wrap=True)
    return DID_NOT_HOLD if failing else 0


def _rows(threshold: Threshold) -> Table:
    table = Table(show_edge=False, pad_edge=False, box=None, padding=(0, 2, 0, 0))
    table.add_column("network", overflow="fold")
    for name in ("minimum", "1 %", "median", "failure rate", "95 % bound"):
        table.add_column(name, justify="right", no_wrap=True)
    for network in threshold.networks:
        values = [quantile(network.reached, share) for share in (0, 0.01, 0.5)]
        table.add_row(
            Text(_names(network)),
            *(f"{value:.4g}" for value in values),
            f"{threshold.failures(network)} of {network.trials}",
            f"{threshold.chance(network):.2%}",
        )
    return table


def _names(network: Network) -> str:
    named = [
        f"{len(names)} {kind} ({names[0]}{', …' if len(names) > 1 else ''})"
        for kind, names in (("right", network.right), ("wrong", network.wrong))
        if names
    ]
    return ", ".join(named)
