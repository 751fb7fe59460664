"""Week 9: the flowers, pictures of them, and the story. Nothing here is yours.

`python lesson.py` in your folder tells the lesson's story with your functions.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from support import (
    Comparison,
    Counts,
    Drawing,
    Plot,
    accuracy,
    all_layers,
    count_parameters,
    counts_text,
    draw,
    fit,
    load,
    predict,
    set_deterministic,
)

# isort: split
import numpy as np
from support.language import gettext as _

# Told apart by colour-blind people, and by shape where there is no colour.
KINDS = (("#0072b2", "o"), ("#d55e00", "s"), ("#009e73", "^"), ("#cc79a7", "D"))


def iris() -> tuple[np.ndarray, np.ndarray]:
    """All 150 Iris flowers, as float32.

    x (150, 4): sepal length and width, petal length and width, in cm. y (150, 3): the species, one-hot.
    """
    arrays = load("iris")
    return arrays["x"], arrays["y"]


def eight_flowers() -> tuple[np.ndarray, np.ndarray]:
    """Return eight imaginary flowers, two of each kind, as float32: x (8, 4) like Iris', y (8, 4) one-hot."""
    arrays = load("eight_flowers")
    return arrays["x"], arrays["y"]


def scatter(body: Any) -> Plot:
    """Plot the eight flowers as they were measured, and as `body`, a network without top, describes them.

    Both are seen along their two principal components: the directions in which they differ most.
    """
    from matplotlib.figure import Figure

    x, y = eight_flowers()
    figure = Figure(figsize=(9, 4), layout="constrained", facecolor="white")
    spaces = {
        _("{count} measurements", count=x.shape[1]): x,
        _("features of the borrowed layers"): predict(body, x),
    }
    for axes, (name, rows) in zip(figure.subplots(1, 2), spaces.items(), strict=True):
        flat, shares = principal(rows)
        for kind, (colour, marker) in enumerate(KINDS, 1):
            mine = flat[np.argmax(y, axis=1) == y.shape[1] - kind]
            axes.scatter(*mine.T, c=colour, marker=marker, s=70, label=_("flower {number}", number=kind))
        axes.set(
            title=name,
            xlabel=_("1st component ({share:.0%})", share=shares[0]),
            ylabel=_("2nd component ({share:.0%})", share=shares[1]),
        )
    # Beside the axes, where it covers no flower.
    figure.legend(*figure.axes[-1].get_legend_handles_labels(), loc="outside right upper")
    return Plot(figure)


def principal(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows (n, features) along two principal components (n, 2), and the share of the variance of each."""
    centred = rows.astype(np.float64) - rows.mean(axis=0)
    left, scales, _ = np.linalg.svd(centred, full_matrices=False)
    return left[:, :2] * scales[:2], scales[:2] ** 2 / max(np.sum(scales**2), np.finfo(float).tiny)


def solved(task: str, transfer: ModuleType) -> str:
    """Return what a task makes of an input of the lesson's, as text, once it passes its public checks."""
    donor = load("iris_donor")
    if task == "build_base":
        return draw(transfer.build_base()).text(colour=True)
    if task == "freeze":
        return _frozen(transfer, donor)
    argument = load("frozen_body") if task == "add_softmax" else donor
    return draw(getattr(transfer, task)(argument)).text(colour=True)


def compared(task: str, transfer: ModuleType) -> Comparison:
    """Return what a task makes of an input of the lesson's, beside what is expected of it."""
    donor, frozen = draw(load("iris_donor")), draw(load("frozen_body"))
    if task == "build_base":
        return Comparison(draw(transfer.build_base()), donor)
    top = donor.layers[-1]._replace(units=4, parameters=104)
    topped = Drawing(frozen.shape, (*frozen.layers, top), Counts(1629, 104, 1525))
    argument, expected = {
        "copy_layers": ("iris_donor", donor),
        "drop_top": ("iris_donor", draw(load("body"))),
        "freeze": ("body", frozen),
        "add_softmax": ("frozen_body", topped),
        "build_transfer_model": ("iris_donor", topped),
    }[task]
    return Comparison(draw(getattr(transfer, task)(load(argument))), expected)


def _frozen(transfer: ModuleType, donor: Any) -> str:
    """Return a frozen body, and what became of the donor that it was cut from."""
    before = count_parameters(donor)
    try:
        body = transfer.drop_top(donor)
        all_layers(body)
    except Exception:  # that task is not solved yet
        body = load("body")
    drawn = draw(transfer.freeze(body)).text(colour=True)
    return f"{drawn}\n\n{remark}" if (remark := _harm(before, count_parameters(donor))) else drawn


def _harm(before: Counts, now: Counts) -> str:
    """Return what to tell of a donor that froze along with what was made of it, or nothing."""
    if now.frozen <= before.frozen:
        return ""
    return _(
        "Your donor is frozen too now: {trainable:,} of its {total:,} parameters still train. "
        "Its layers are the body's, and a layer is frozen in every network that uses it. That is "
        "right here. In build_transfer_model it would not be: who needs layers of their own?",
        trainable=now.trainable,
        total=now.total,
    )


def tell() -> None:
    """Play both parts, first the company that trains a donor, then the person who borrows it."""
    settings = load("settings")
    seed = settings["seed"]
    set_deterministic(seed)

    print(_("A company trains a network on the 150 flowers of Iris."))
    base = _ask("build_base", otherwise="iris_donor")
    if getattr(base, "optimizer", None) is not None:
        fit(base, *iris(), epochs=settings["base_epochs"], seed=seed)
    _show(_("base"), base, *iris())

    print()
    print(_("You borrow it: copy its layers, cut off the top, freeze what remains."))
    copy = _ask("copy_layers", base, otherwise="iris_donor")
    _show(_("copy"), copy, *iris())
    body = _ask("drop_top", copy, otherwise="body")
    _show(_("body"), body)
    before = count_parameters(base)
    frozen = _ask("freeze", body, otherwise="frozen_body")
    _show(_("frozen body"), frozen)
    if remark := _harm(before, count_parameters(base)):
        print(f"  {remark}")

    print()
    print(_("A new top for eight imaginary flowers of four kinds, on the features of the frozen body."))
    _learn(_("new model"), _ask("add_softmax", frozen), settings)

    print()
    print(_("The same in one function, onto a donor that the lesson has trained."))
    graft = _ask("build_transfer_model", load("iris_donor"))
    if _learn(_("graft"), graft, settings):
        print(draw(graft))
        _flowers(graft)


def _ask(task: str, *arguments: Any, otherwise: str | None = None) -> Any:
    """Return what the task returns, or else an input of the lesson's."""
    import transfer

    try:
        answer = getattr(transfer, task)(*arguments)
        all_layers(answer)
    except AssertionError as problem:
        print("  " + _("{task} is not right yet. {problem}", task=task, problem=problem))
    except NotImplementedError:
        print("  " + _("{task} is not written yet.", task=task))
    except Exception as problem:
        if hasattr(transfer, task):
            raised = f"{type(problem).__name__}: {problem}"
            print("  " + _("{task} raised {error}", task=task, error=raised))
        else:
            print("  " + _("transfer.py has no {task}.", task=task))
    else:
        return answer
    return load(otherwise) if otherwise else None


def _learn(name: str, model: Any, settings: dict[str, Any]) -> bool:
    """Train a model on the eight flowers, where there is one to train."""
    if model is None:
        return False
    if getattr(model, "optimizer", None) is None or not model.trainable_variables:
        print("  " + _("The {name} cannot train: it is not compiled, or frozen whole.", name=name))
        return False
    fit(model, *eight_flowers(), epochs=settings["graft_epochs"], seed=settings["seed"])
    _show(name, model, *eight_flowers())
    return True


def _show(name: str, model: Any, *rows: np.ndarray) -> None:
    right = _(", accuracy {value:.3f}", value=accuracy(model, *rows)) if rows else ""
    print(f"  {name}: {counts_text(count_parameters(model))}{right}")


def _flowers(model: Any) -> None:
    """Print each flower with its kind and what the model takes it for."""
    x, y = eight_flowers()
    print("  " + _("sepal     petal     flower  taken for"))
    for row, truth, shares in zip(x, y, predict(model, x), strict=True):
        sizes = " ".join(f"{size:.1f} " for size in row)
        kind, guess = (len(truth) - int(np.argmax(share)) for share in (truth, shares))
        print(f"  {sizes}  {kind}       {guess} ({shares.max():.0%})")


if __name__ == "__main__":
    tell()
