"""Given code of week 10: the lesson's story, told with your functions. Nothing here is yours."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

# First, for it brings in Keras with the lesson's settings.
import lesson

# isort: split
import networks
import numpy as np


def tell() -> None:
    """Borrow a network that has learned parts, for things that are made of them."""
    settings = lesson.load("settings")
    seed = settings["seed"]
    lesson.deterministic(seed)
    few = lesson.things(settings["each"], seed)
    new = lesson.things(settings["new_each"], settings["new_seed"])

    print(f"A donor has learned six parts. You have {len(few[0])} pictures of four things.")
    body = _ask("cut_body", lesson.load("parts_donor"), otherwise="learned_body")
    body = _ask("freeze", body, otherwise="parts_body")
    print(f"  frozen body: {networks.counts(body)}")

    print("\nA new top on the donor's body, and on a frozen body that has learned nothing.")
    blank = lesson.load("parts_body")
    lesson.draw_weights(blank, seed)
    for name, borrowed in (("graft", body), ("fake", blank)):
        _learn(name, _ask("add_softmax", borrowed), few, new, settings)

    print("\nThe same on features that were extracted once.")
    graft = lesson.load("new_graft")
    start = time.process_time()
    features = _ask("extract_features", lesson.load("parts_body"), few[0])
    top = _ask("take_top", graft)
    if features is not None and top is not None:
        lesson.train(top, features, few[1], epochs=settings["top_epochs"], seed=seed)
        used = time.process_time() - start
        print(f"  {settings['top_epochs']} epochs in {used:.1f} s of processor time.")
        print(f"  graft: accuracy {lesson.accuracy(graft, *new):.3f} on new pictures")

    print("\nThe last block thaws, and trains with care.")
    graft = lesson.load("things_graft")
    print(f"  before: accuracy {lesson.accuracy(graft, *new):.3f} on new pictures")
    thawed = _ask("thaw_last_block", graft)
    if _can_train("thawed graft", thawed):
        lesson.train(thawed, *few, epochs=settings["thaw_epochs"], seed=seed)
        print(f"  after: accuracy {lesson.accuracy(thawed, *new):.3f} on new pictures")

    print("\nThe same moves with MobileNet.")
    mobile = _ask("borrow_network", lesson.mobilenet())
    if mobile is not None:
        print(f"  {networks.counts(mobile)}")


def _ask(task: str, *arguments: Any, otherwise: str | None = None) -> Any:
    """What the task returns, or else an input of the lesson's."""
    import borrow

    try:
        answer = getattr(borrow, task)(*arguments)
        if not isinstance(answer, np.ndarray):
            networks.flat(answer)
    except AssertionError as problem:
        print(f"  {task} is not right yet. {problem}")
    except NotImplementedError:
        print(f"  {task} is not written yet.")
    except AttributeError:
        if hasattr(borrow, task):
            raise
        print(f"  borrow.py has no {task}.")
    else:
        return answer
    return lesson.load(otherwise) if otherwise else None


def _can_train(name: str, model: Any) -> bool:
    if model is None:
        return False
    if getattr(model, "optimizer", None) is None or not model.trainable_variables:
        print(f"  The {name} cannot train: it is not compiled, or frozen whole.")
        return False
    return True


def _learn(name: str, model: Any, few: Any, new: Any, settings: Mapping[str, Any]) -> None:
    """Train a model on the few pictures, where there is one to train, and tell what it knows of new ones."""
    if _can_train(name, model):
        model.optimizer.learning_rate = settings["graft_rate"]
        lesson.train(model, *few, epochs=settings["graft_epochs"], seed=settings["seed"])
        print(f"  {name}: {networks.counts(model)}, accuracy {lesson.accuracy(model, *new):.3f}")
