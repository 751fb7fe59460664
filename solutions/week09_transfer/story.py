"""Given code of week 9: the lesson's story, told with your functions. Nothing here is yours."""

from __future__ import annotations

from typing import Any

# First, for it brings in Keras with the lesson's settings.
import lesson

# isort: split
import drawing
import networks
import numpy as np


def tell() -> None:
    """Play both parts, first the company that trains a donor, then the person who borrows it."""
    settings = lesson.load("settings")
    seed = settings["seed"]
    lesson.deterministic(seed)

    print("A company trains a network on the 150 flowers of Iris.")
    base = _ask("build_base", otherwise="iris_donor")
    if getattr(base, "optimizer", None) is not None:
        lesson.train(base, *lesson.iris(), epochs=settings["base_epochs"], seed=seed)
    _show("base", base, *lesson.iris())

    print("\nYou borrow it: copy its layers, cut off the top, freeze what remains.")
    copy = _ask("copy_layers", base, otherwise="iris_donor")
    _show("copy", copy, *lesson.iris())
    body = _ask("drop_top", copy, otherwise="body")
    _show("body", body)
    before = networks.counts(base)
    frozen = _ask("freeze", body, otherwise="frozen_body")
    _show("frozen body", frozen)
    if remark := drawing.harm(before, networks.counts(base)):
        print(f"  {remark}")

    print("\nA new top for eight imaginary flowers of four kinds, on the features of the frozen body.")
    _learn("new model", _ask("add_softmax", frozen), settings)

    print("\nThe same in one function, onto a donor that the lesson has trained.")
    graft = _ask("build_transfer_model", lesson.load("iris_donor"))
    if _learn("graft", graft, settings):
        print(drawing.draw(graft))
        _flowers(graft)


def _ask(task: str, *arguments: Any, otherwise: str | None = None) -> Any:
    """What the task returns, or else an input of the lesson's."""
    import transfer

    try:
        answer = getattr(transfer, task)(*arguments)
        networks.flat(answer)
    except AssertionError as problem:
        print(f"  {task} is not right yet. {problem}")
    except NotImplementedError:
        print(f"  {task} is not written yet.")
    except AttributeError:
        if hasattr(transfer, task):
            raise
        print(f"  transfer.py has no {task}.")
    else:
        return answer
    return lesson.load(otherwise) if otherwise else None


def _learn(name: str, model: Any, settings: dict[str, Any]) -> bool:
    """Train a model on the eight flowers, where there is one to train."""
    if model is None:
        return False
    if getattr(model, "optimizer", None) is None or not model.trainable_variables:
        print(f"  The {name} cannot train: it is not compiled, or frozen whole.")
        return False
    lesson.train(model, *lesson.eight_flowers(), epochs=settings["graft_epochs"], seed=settings["seed"])
    _show(name, model, *lesson.eight_flowers())
    return True


def _show(name: str, model: Any, *rows: np.ndarray) -> None:
    right = f", accuracy {lesson.accuracy(model, *rows):.3f}" if rows else ""
    print(f"  {name}: {networks.counts(model)}{right}")


def _flowers(model: Any) -> None:
    """Print each flower with its kind and what the model takes it for."""
    x, y = lesson.eight_flowers()
    said = networks.outputs(model, x)
    print("  sepal     petal     flower  taken for")
    for row, truth, shares in zip(x, y, said, strict=True):
        sizes = " ".join(f"{size:.1f} " for size in row)
        kind, guess = (len(truth) - int(np.argmax(share)) for share in (truth, shares))
        print(f"  {sizes}  {kind}       {guess} ({shares.max():.0%})")
