"""Train many networks that differ only in their weights at once, along an extra array axis."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

# These optimizers are elementwise, so a step on stacked arrays equals a step on each array.
ELEMENTWISE = ("SGD", "Adam", "AdamW", "Adadelta", "Adagrad", "Adamax", "Ftrl", "Lion", "Nadam", "RMSprop")
STATE = "Expected layers whose only state is weights, without regularisers, found others: train one by one."


class NotVectorizable(ValueError):
    """Training these networks together would not equal training them one by one."""


class VectorizedModels:
    """Stand in for copies of one compiled model in a kit's training function; `fit` trains all of them.

    Loss, optimizer and model are Keras'; only the training loop differs. `fit` supports no metrics,
    callbacks or state beside the weights.
    """

    # `fit` creates the variables: building the optimizer earlier would be wasted.
    built = False

    def __init__(self, model: Any, starts: Sequence[Sequence[np.ndarray]]) -> None:
        """Start from `starts`: for each network the arrays of `model.get_weights()`."""
        self.model = model
        self.weights = [np.stack(arrays) for arrays in zip(*starts, strict=True)]

    @property
    def optimizer(self) -> Any:
        """The model's optimizer."""
        return self.model.optimizer

    @property
    def loss(self) -> Any:
        """The model's loss, as it was compiled."""
        return self.model.loss

    def compile(self, **how: Any) -> None:
        """Compile the model."""
        self.model.compile(**how)

    def fit(self, batches: Any, *, epochs: int, steps_per_epoch: int, **_: Any) -> SimpleNamespace:
        """Train every network on the same batches; the history stays empty.

        Raises NotVectorizable if the result would differ from training one by one.
        """
        _expect_elementwise(self.optimizer)
        # Not the batches themselves: drawing one would change the order of later ones.
        self._expect_stateless(tf.zeros([size or 1 for size in batches.element_spec[0].shape]))
        places = self._places()
        trained = [keras.Variable(self.weights[place]) for place in places]
        self.optimizer.build(trained)

        def run(rows: Any) -> None:
            def step(done: Any) -> tuple[Any]:
                self._step(trained, *rows.get_next())
                return (done + 1,)

            # AutoGraph does not convert loops of Python on Python 3.13.
            tf.while_loop(lambda done: done < epochs * steps_per_epoch, step, (tf.constant(0),))

        tf.function(run, autograph=False)(iter(batches))
        for place, variable in zip(places, trained, strict=True):
            self.weights[place] = variable.numpy()
        return SimpleNamespace(history={"loss": []})

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """Return the outputs of every network on the rows of x, with shape (networks, rows, …)."""
        values = [tf.constant(self.weights[place]) for place in self._places()]
        run = tf.function(lambda: self._map(values, lambda call: call(x, training=False)), autograph=False)
        return np.array(run().numpy())

    def __call__(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """Return the outputs of the first network on the rows of x; raises ValueError for `training=True`."""
        if training:
            raise ValueError("Expected a look at what was trained, not another training.")
        first: np.ndarray = self.outputs(x)[0]
        return first

    def _step(self, trained: list[Any], x: Any, y: Any) -> None:
        """Take one optimizer step with every network."""
        values = [variable.value for variable in trained]
        with tf.GradientTape() as tape:
            tape.watch(values)
            # The networks are independent, so the gradients of the sum are the gradients of each.
            loss = tf.reduce_sum(self._map(values, lambda call: self._loss(call, x, y)))
        self.optimizer.apply(tape.gradient(loss, values), trained)

    def _places(self) -> list[int]:
        """Return the indices of the trainable weights, in the order of `trainable_variables`."""
        where = {id(variable): place for place, variable in enumerate(self.model.weights)}
        return [where[id(variable)] for variable in self.model.trainable_variables]

    def _map(self, values: Sequence[Any], result: Any) -> Any:
        """Stack the `result` of each network, which gets a function that calls the network.

        `values` are the stacked trainable weights. Other weights that all networks share are not stacked.
        """
        where = {id(variable): place for place, variable in enumerate(self.model.weights)}
        others = [self.weights[where[id(variable)]] for variable in self.model.non_trainable_variables]
        shared = [bool((stack == stack[0]).all()) for stack in others]
        own = [tf.constant(stack) for stack, same in zip(others, shared, strict=True) if not same]

        def one(parts: Sequence[Any]) -> Any:
            mine = iter(parts[len(values) :])
            frozen = [
                tf.constant(stack[0]) if same else next(mine)
                for stack, same in zip(others, shared, strict=True)
            ]

            def call(x: Any, training: bool) -> Any:
                return self.model.stateless_call(parts[: len(values)], frozen, x, training=training)[0]

            return result(call)

        return tf.vectorized_map(one, [*values, *own])

    def _expect_stateless(self, x: Any) -> None:
        """Raise NotVectorizable if training on x changes more than the trainable weights."""
        values, frozen = (
            [v.value for v in part]
            for part in (self.model.trainable_variables, self.model.non_trainable_variables)
        )
        _, after = self.model.stateless_call(values, frozen, x, training=True)
        changed = any(new is not old for new, old in zip(after, frozen, strict=True))
        if changed or self.model.losses or len(self.model.weights) != len(self.model.variables):
            raise NotVectorizable(STATE)

    def _loss(self, call: Any, x: Any, y: Any) -> Any:
        return self.model.compute_loss(x=x, y=y, y_pred=call(x, training=True), training=True)


def _expect_elementwise(optimizer: Any) -> None:
    """Raise NotVectorizable if an optimizer step of a number depends on the gradients of others."""
    joined = [
        name
        for name in ("clipnorm", "global_clipnorm", "use_ema", "gradient_accumulation_steps")
        if getattr(optimizer, name, None)
    ]
    if type(optimizer).__name__ not in ELEMENTWISE or joined:
        found = ", ".join([type(optimizer).__name__, *joined])
        raise NotVectorizable(
            f"Expected an optimizer that steps every number for itself, found {found}: train one by one."
        )
