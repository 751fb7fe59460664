"""Trains many networks at once that differ in their weights alone: one trace, one more dimension."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import tensorflow as tf

# Their steps treat every number for itself, so a stack of arrays is stepped as each array would be.
ELEMENTWISE = ("SGD", "Adam", "AdamW", "Adadelta", "Adagrad", "Adamax", "Ftrl", "Lion", "Nadam", "RMSprop")
STATE = "Expected layers whose only state is weights, without regularisers, found others: train one by one."


class NotVectorizable(ValueError):
    """These networks cannot be trained at once as they would be one by one."""


class VectorizedModels:
    """Stands for copies of one compiled model in a kit's training function, and trains all of them in `fit`.

    Loss, optimizer and the model's own code are Keras'; only the loop around them is not. What `fit` leaves
    out is what a training of plain layers has no use for: metrics, callbacks, and state beside the weights.
    """

    # What is to be trained is made in `fit`: before it, the optimizer can be built for nothing.
    built = False

    def __init__(self, model: Any, starts: Sequence[Sequence[np.ndarray]]) -> None:
        """Begin with `starts`: for each network the arrays of `model.get_weights()`."""
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

        Raises NotVectorizable where they would end elsewhere one by one.
        """
        _expect_elementwise(self.optimizer)
        # Not the batches themselves: to draw one changes the order of those to come.
        self._expect_stateless(tf.zeros([size or 1 for size in batches.element_spec[0].shape]))
        places = self._places()
        trained = [keras.Variable(self.weights[place]) for place in places]
        self.optimizer.build(trained)

        def run(batches: Any) -> None:
            for x, y in batches:
                self._step(trained, x, y)

        tf.function(run)(batches.take(epochs * steps_per_epoch))
        for place, variable in zip(places, trained, strict=True):
            self.weights[place] = variable.numpy()
        return SimpleNamespace(history={"loss": []})

    def outputs(self, x: np.ndarray) -> np.ndarray:
        """What every network makes of the rows of x: (networks, rows, …)."""
        values = [tf.constant(self.weights[place]) for place in self._places()]
        run = tf.function(lambda: self._map(values, lambda call: call(x, training=False)))
        return np.array(run().numpy())

    def __call__(self, x: np.ndarray, training: bool = False) -> np.ndarray:
        """What the first network makes of the rows of x; raises ValueError when asked to train."""
        if training:
            raise ValueError("Expected a look at what was trained, not another training.")
        first: np.ndarray = self.outputs(x)[0]
        return first

    def _step(self, trained: list[Any], x: Any, y: Any) -> None:
        """Take one step with every network."""
        values = [variable.value for variable in trained]
        with tf.GradientTape() as tape:
            tape.watch(values)
            # Networks do not touch each other, so the slopes of the sum are the slopes of each.
            loss = tf.reduce_sum(self._map(values, lambda call: self._loss(call, x, y)))
        self.optimizer.apply(tape.gradient(loss, values), trained)

    def _places(self) -> list[int]:
        """Where in the list of weights the trainable ones are, in the order of `trainable_variables`."""
        where = {id(variable): place for place, variable in enumerate(self.model.weights)}
        return [where[id(variable)] for variable in self.model.trainable_variables]

    def _map(self, values: Sequence[Any], result: Any) -> Any:
        """Stack what `result` makes of each network, given a function that calls it.

        `values` are the stacked trainable weights. Of the others those that all networks share stay one.
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
        """Raise NotVectorizable where training on x changes more than what the slopes change."""
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
    """Raise NotVectorizable where a step depends on more than each number's own slopes."""
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
