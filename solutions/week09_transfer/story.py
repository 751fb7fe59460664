"""Given code of week 9: the lesson's story, told with your functions. Nothing here is yours to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import lesson
import networks


def tell() -> None:
    """Play both parts: the company that trains a donor, then the person who borrows it."""
    settings = lesson.load("settings")
    seed, base_epochs, graft_epochs = (settings[key] for key in ("seed", "base_epochs", "graft_epochs"))
    x, y = lesson.iris()
    flowers, kinds = lesson.eight_flowers()

    print("\nA company trains a network on 150 Iris flowers.")
    lesson.deterministic(seed)
    base = _ask("build_base", lambda: lesson.load("iris_donor", compiled=True))
    if base.optimizer is not None:
        lesson.train(base, x, y, base_epochs, seed)
    _show("base", base, x, y)

    print("\nYou borrow it: every layer with its weights, then all but the top, frozen.")
    copy = _ask("copy_layers", lambda: base, base)
    _show("copy", copy, x, y)
    body = _ask("drop_top", lambda: lesson.load("body"), copy)
    _show("body", body)
    body = _ask("freeze", lambda: lesson.load("frozen_body"), body)
    _show("frozen body", body)
    if base.trainable_variables == []:
        print("The base is frozen")

    print("\nOn top of it you train a layer for eight imaginary flowers of four kinds.")
    model = _ask("add_softmax", lambda: None, body)
    if model is not None:
        lesson.train(model, flowers, kinds, graft_epochs, seed)
        _show("new model", model, flowers, kinds)

    print("\nThe whole graft in one function, onto a donor of the lesson's own.")
    graft = _ask("build_transfer_model", lambda: None, lesson.load("iris_donor"))
    if graft is not None:
        networks.draw_top(graft, seed)
        lesson.train(graft, flowers, kinds, graft_epochs, seed)
        _show("graft", graft, flowers, kinds)


def _ask(task: str, otherwise: Callable[[], Any], *arguments: Any) -> Any:
    import transfer

    try:
        answer = getattr(transfer, task)(*arguments)
        networks.flat(answer)
        return answer
    except (NotImplementedError, AttributeError):
        print(f"  {task} is not written yet; the story goes on without it.")
    return otherwise()


def _show(name: str, model: keras.Model, *rows: Any) -> None:
    total, trainable, frozen = networks.counts(model)
    right = f", accuracy {lesson.accuracy(model, *rows):.3f}" if rows else ""
    print(f"  {name}: {total:,} parameters, {trainable:,} trainable, {frozen:,} frozen{right}")
