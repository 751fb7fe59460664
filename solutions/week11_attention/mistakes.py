"""Known wrong answers to the tasks of this kit, each with the checks that must fail on it.

A class is one wrong answer. Its docstring is the misconception, its functions and classes replace those of
`attention.py`, and `FAILS` names exactly the checks that must notice.
"""

import keras
import lesson
import numpy as np


def weigh(queries, keys, mask=None, axis=-1, low=-1e9):
    """Compute weights of attention as the task asks, unless told otherwise."""
    scores = keras.ops.einsum("nqw,nkw->nqk", queries, keys) / queries.shape[-1] ** 0.5
    if mask is not None:
        scores = keras.ops.where(keras.ops.cast(mask, "bool")[:, None, :], scores, low)
    return keras.ops.softmax(scores, axis=axis)


def compiled(words, vectors, n_answers, learning_rate=0.01, loss="categorical_crossentropy", optimizer=None):
    """Return a compiled reader that answers from a vector for each sentence."""
    reader = keras.Model(words, keras.layers.Dense(n_answers, activation="softmax")(vectors))
    reader.compile(loss=loss, optimizer=optimizer or keras.optimizers.Adam(learning_rate))
    return reader


def embed(n_words, units, mask_zero=True):
    """Return the input of a reader and the vectors of its words."""
    words = keras.Input((None,), dtype="int32")
    return words, keras.layers.Embedding(n_words, units, mask_zero=mask_zero)(words)


KEPT = {}


# attention_weights


class forgets_the_scale:
    """Takes the softmax of the dot products themselves."""

    FAILS = (
        "test_attention_weights_follow_the_example",
        "test_attention_weights_of_any_sizes",
        "test_self_attention_computes_the_formula",
        "test_self_attention_has_gradients",
    )
    EXPECTED_MESSAGES = ("divided",)

    def attention_weights(queries, keys, mask=None):
        return weigh(queries * queries.shape[-1] ** 0.5, keys, mask)


class lets_the_queries_share_a_key:
    """Takes softmax over the queries: then each key is divided up, not each query's attention."""

    FAILS = (
        "test_attention_weights_are_shares",
        "test_attention_weights_follow_the_example",
        "test_attention_weights_leave_padding_out",
        "test_attention_weights_of_any_sizes",
        "test_self_attention_computes_the_formula",
        "test_self_attention_does_not_look_at_padding",
        "test_self_attention_has_gradients",
        "test_build_reader_gives_probabilities",
    )
    EXPECTED_MESSAGES = ("axis",)

    def attention_weights(queries, keys, mask=None):
        return weigh(queries, keys, mask, axis=1)


class masks_after_softmax:
    """Sets the weights of padding to zero in the end: the others no longer add up to 1."""

    FAILS = (
        "test_attention_weights_leave_padding_out",
        "test_attention_weights_of_any_sizes",
        "test_self_attention_computes_the_formula",
        "test_self_attention_does_not_look_at_padding",
        "test_self_attention_has_gradients",
        "test_build_reader_gives_probabilities",
    )

    def attention_weights(queries, keys, mask=None):
        weights = weigh(queries, keys)
        return weights if mask is None else weights * keras.ops.cast(mask, "float32")[:, None, :]


class does_not_look_at_the_mask:
    """Takes a mask and leaves it."""

    FAILS = (
        "test_attention_weights_leave_padding_out",
        "test_attention_weights_of_any_sizes",
        "test_self_attention_computes_the_formula",
        "test_self_attention_does_not_look_at_padding",
        "test_self_attention_has_gradients",
        "test_build_reader_gives_probabilities",
    )

    def attention_weights(queries, keys, mask=None):
        return weigh(queries, keys)


class masks_with_a_small_number:
    """Gives padding the score -10, which large scores undercut."""

    FAILS = ("test_attention_weights_of_any_sizes", "test_self_attention_computes_the_formula")

    def attention_weights(queries, keys, mask=None):
        return weigh(queries, keys, mask, low=-10.0)


class takes_the_exponentials_of_large_scores:
    """Writes softmax out without taking the largest score off: exponentials overflow."""

    FAILS = ("test_attention_weights_of_any_sizes",)

    def attention_weights(queries, keys, mask=None):
        powers = keras.ops.exp(keras.ops.einsum("nqw,nkw->nqk", queries, keys) / queries.shape[-1] ** 0.5)
        if mask is not None:
            powers = powers * keras.ops.cast(mask, "float32")[:, None, :]
        return powers / keras.ops.sum(powers, axis=-1, keepdims=True)


class masks_by_adding_too_small_a_number:
    """Takes 10,000 off the scores of padding, which large scores are apart."""

    FAILS = ("test_attention_weights_of_any_sizes",)

    def attention_weights(queries, keys, mask=None):
        scores = keras.ops.einsum("nqw,nkw->nqk", queries, keys) / queries.shape[-1] ** 0.5
        if mask is not None:
            scores += (keras.ops.cast(mask, "float32")[:, None, :] - 1) * 1e4
        return keras.ops.softmax(scores)


class masks_queries_as_well:
    """Gives padding no weights to give, where queries and keys are the same words."""

    FAILS = (
        "test_attention_weights_of_any_sizes",
        "test_self_attention_computes_the_formula",
        "test_self_attention_has_gradients",
    )

    def attention_weights(queries, keys, mask=None):
        weights = weigh(queries, keys, mask)
        if mask is None or mask.shape[1] != queries.shape[1]:
            return weights
        return weights * keras.ops.cast(mask, "float32")[:, :, None]


# SelfAttention


class asks_with_keys:
    """Confuses the roles of query and key."""

    FAILS = ("test_self_attention_computes_the_formula", "test_self_attention_has_gradients")

    class SelfAttention(keras.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.supports_masking = units, True

        def build(self, shape):
            self.q, self.k, self.v = (self.add_weight(shape=(shape[-1], self.units)) for _ in range(3))

        def call(self, x, mask=None):
            return weigh(x @ self.k, x @ self.q, mask) @ (x @ self.v)

        def get_config(self):
            return {**super().get_config(), "units": self.units}


class has_biases:
    """Takes Dense layers as they come, with biases."""

    FAILS = (
        "test_self_attention_averages_values_where_queries_are_zero",
        "test_self_attention_computes_the_formula",
        "test_self_attention_has_gradients",
        "test_self_attention_has_three_matrices",
        "test_build_block_takes_masks",
        "test_build_reader_gives_probabilities",
        "test_build_reader_is_new_and_compiled",
        "test_build_reader_of_other_sizes",
    )
    EXPECTED_MESSAGES = ("no more",)

    class SelfAttention(keras.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.supports_masking = units, True
            self.q, self.k, self.v = (keras.layers.Dense(units) for _ in range(3))

        def call(self, x, mask=None):
            return weigh(self.q(x), self.k(x), mask) @ self.v(x)

        def get_config(self):
            return {**super().get_config(), "units": self.units}


class stops_the_gradient_of_the_weights:
    """Cuts the gradient off, as an example for inference does: query and key never learn."""

    FAILS = ("test_self_attention_has_gradients", "test_build_reader_answers_new_questions")

    class SelfAttention(keras.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.supports_masking = units, True

        def build(self, shape):
            self.q, self.k, self.v = (self.add_weight(shape=(shape[-1], self.units)) for _ in range(3))

        def call(self, x, mask=None):
            return keras.ops.stop_gradient(weigh(x @ self.q, x @ self.k, mask)) @ (x @ self.v)

        def get_config(self):
            return {**super().get_config(), "units": self.units}


class computes_with_numpy:
    """Leaves Keras' operations for NumPy: outputs are right, but no gradient and no model comes of it."""

    FAILS = (
        "test_self_attention_has_gradients",
        "test_build_block_adds_attention_to_each_word",
        "test_build_block_makes_new_layers",
        "test_build_block_takes_masks",
        "test_build_reader_answers_new_questions",
        "test_build_reader_gives_probabilities",
        "test_build_reader_is_new_and_compiled",
        "test_build_reader_of_other_sizes",
    )

    class SelfAttention(keras.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.supports_masking = units, True

        def build(self, shape):
            self.q, self.k, self.v = (self.add_weight(shape=(shape[-1], self.units)) for _ in range(3))

        def call(self, x, mask=None):
            q, k, v = (np.matmul(x, matrix.numpy()) for matrix in (self.q, self.k, self.v))
            return keras.ops.convert_to_tensor(np.matmul(weigh(q, k, mask), v))

        def get_config(self):
            return {**super().get_config(), "units": self.units}


class configures_nothing_but_units:
    """Returns its own argument and forgets the base class's, such as the name."""

    FAILS = ("test_self_attention_is_restored_from_its_config",)
    EXPECTED_MESSAGES = ("name",)

    class SelfAttention(keras.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.supports_masking = units, True

        def build(self, shape):
            self.q, self.k, self.v = (self.add_weight(shape=(shape[-1], self.units)) for _ in range(3))

        def call(self, x, mask=None):
            return weigh(x @ self.q, x @ self.k, mask) @ (x @ self.v)

        def get_config(self):
            return {"units": self.units}


class lets_the_mask_end_here:
    """Uses the mask, but does not say that it may pass."""

    FAILS = ("test_self_attention_does_not_look_at_padding",)
    EXPECTED_MESSAGES = ("mask",)

    class SelfAttention(keras.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units = units

        def build(self, shape):
            self.q, self.k, self.v = (self.add_weight(shape=(shape[-1], self.units)) for _ in range(3))

        def call(self, x, mask=None):
            return weigh(x @ self.q, x @ self.k, mask) @ (x @ self.v)

        def get_config(self):
            return {**super().get_config(), "units": self.units}


class begins_with_zeros:
    """Starts all matrices with zeros: queries and keys are zero, and so are their gradients for ever."""

    FAILS = (
        "test_self_attention_computes_the_formula",
        "test_self_attention_has_gradients",
        "test_build_reader_answers_new_questions",
    )

    class SelfAttention(keras.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.supports_masking = units, True

        def build(self, shape):
            self.q, self.k, self.v = (
                self.add_weight(shape=(shape[-1], self.units), initializer="zeros") for _ in range(3)
            )

        def call(self, x, mask=None):
            return weigh(x @ self.q, x @ self.k, mask) @ (x @ self.v)

        def get_config(self):
            return {**super().get_config(), "units": self.units}


class turns_the_mask_around:
    """Passes on where padding is, and the next layer expects where words are."""

    FAILS = ("test_self_attention_computes_the_formula",)

    class SelfAttention(keras.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.supports_masking = units, True

        def build(self, shape):
            self.q, self.k, self.v = (self.add_weight(shape=(shape[-1], self.units)) for _ in range(3))

        def call(self, x, mask=None):
            return weigh(x @ self.q, x @ self.k, mask) @ (x @ self.v)

        def compute_mask(self, x, mask=None):
            return None if mask is None else keras.ops.logical_not(mask)

        def get_config(self):
            return {**super().get_config(), "units": self.units}


class penalizes_its_matrices:
    """Adds a penalty for large weights, which nobody asked for."""

    FAILS = (
        "test_self_attention_computes_the_formula",
        "test_build_block_takes_masks",
        "test_build_reader_answers_new_questions",
        "test_build_reader_is_new_and_compiled",
        "test_build_reader_of_other_sizes",
    )

    class SelfAttention(keras.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.supports_masking = units, True

        def build(self, shape):
            self.q, self.k, self.v = (
                self.add_weight(shape=(shape[-1], self.units), regularizer="l2") for _ in range(3)
            )

        def call(self, x, mask=None):
            return weigh(x @ self.q, x @ self.k, mask) @ (x @ self.v)

        def get_config(self):
            return {**super().get_config(), "units": self.units}


class constrains_its_matrices:
    """Limits the size of its matrices, which nobody asked for."""

    FAILS = (
        "test_self_attention_computes_the_formula",
        "test_build_block_takes_masks",
        "test_build_reader_of_other_sizes",
    )

    class SelfAttention(keras.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.supports_masking = units, True

        def build(self, shape):
            limit = keras.constraints.MaxNorm(10.0)
            self.q, self.k, self.v = (
                self.add_weight(shape=(shape[-1], self.units), constraint=limit) for _ in range(3)
            )

        def call(self, x, mask=None):
            return weigh(x @ self.q, x @ self.k, mask) @ (x @ self.v)

        def get_config(self):
            return {**super().get_config(), "units": self.units}


class expects_outputs_as_wide_as_inputs:
    """Tells Keras that outputs have the shape of the inputs, as in the block: there are `units` numbers."""

    FAILS = ("test_self_attention_has_gradients",)

    class SelfAttention(keras.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.supports_masking = units, True

        def build(self, shape):
            self.q, self.k, self.v = (self.add_weight(shape=(shape[-1], self.units)) for _ in range(3))

        def compute_output_shape(self, shape):
            return shape

        def call(self, x, mask=None):
            return weigh(x @ self.q, x @ self.k, mask) @ (x @ self.v)

        def get_config(self):
            return {**super().get_config(), "units": self.units}


class configures_units_and_name_alone:
    """Names two arguments of its own accord, and forgets what else the base class has."""

    FAILS = ("test_self_attention_is_restored_from_its_config",)

    class SelfAttention(keras.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.units, self.supports_masking = units, True

        def build(self, shape):
            self.q, self.k, self.v = (self.add_weight(shape=(shape[-1], self.units)) for _ in range(3))

        def call(self, x, mask=None):
            return weigh(x @ self.q, x @ self.k, mask) @ (x @ self.v)

        def get_config(self):
            return {"units": self.units, "name": self.name}


# build_block


class forgets_the_word_itself:
    """Normalizes what attention says, without the word: there is no residual connection."""

    FAILS = (
        "test_build_block_adds_attention_to_each_word",
        "test_build_block_takes_masks",
        "test_build_reader_of_other_sizes",
    )
    EXPECTED_MESSAGES = ("added",)

    def build_block(units):
        inputs = keras.Input((None, units))
        outputs = keras.layers.LayerNormalization()(SelfAttention(units)(inputs))  # noqa: F821
        return keras.Model(inputs, outputs)


class normalizes_before_it_adds:
    """Normalizes what attention says, and adds the word afterwards."""

    FAILS = (
        "test_build_block_adds_attention_to_each_word",
        "test_build_block_takes_masks",
        "test_build_reader_of_other_sizes",
    )

    def build_block(units):
        inputs = keras.Input((None, units))
        attended = keras.layers.LayerNormalization()(SelfAttention(units)(inputs))  # noqa: F821
        return keras.Model(inputs, inputs + attended)


class keeps_one_block:
    """Makes a block once, and returns it in every call."""

    FAILS = ("test_build_block_makes_new_layers", "test_build_reader_is_new_and_compiled")
    EXPECTED_MESSAGES = ("every call",)

    def build_block(units):
        if units not in KEPT:
            inputs = keras.Input((None, units))
            total = inputs + SelfAttention(units)(inputs)  # noqa: F821
            KEPT[units] = keras.Model(inputs, keras.layers.LayerNormalization()(total))
        return KEPT[units]


class keeps_the_mask_from_its_attention:
    """Writes the block as a layer that takes a mask and does not hand it on."""

    FAILS = (
        "test_build_block_takes_masks",
        "test_build_reader_gives_probabilities",
        "test_build_reader_of_other_sizes",
    )

    class Block(keras.Layer):
        def __init__(self, units):
            super().__init__()
            self.attention, self.norm = SelfAttention(units), keras.layers.LayerNormalization()  # noqa: F821

        def call(self, x, mask=None):
            everything = keras.ops.ones_like(x[..., 0], dtype="bool")
            return self.norm(x + self.attention(x, mask=everything))

    def build_block(units):
        return Block(units)  # noqa: F821


class freezes_the_normalization:
    """Takes LayerNormalization for something without weights of its own."""

    FAILS = ("test_build_block_takes_masks", "test_build_reader_of_other_sizes")

    def build_block(units):
        inputs = keras.Input((None, units))
        norm = keras.layers.LayerNormalization(trainable=False)
        return keras.Model(inputs, norm(inputs + SelfAttention(units)(inputs)))  # noqa: F821


# build_reader


class averages_the_words:
    """Lets the mean of all words answer, as in the network without attention."""

    FAILS = ("test_build_reader_gives_probabilities", "test_build_reader_of_other_sizes")

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words, vectors = embed(n_words, units)
        mean = keras.ops.mean(build_block(units)(vectors), axis=1)  # noqa: F821
        return compiled(words, mean, n_answers, learning_rate)


class reads_the_first_word:
    """Takes the first word for the question."""

    FAILS = (
        "test_build_reader_answers_new_questions",
        "test_build_reader_gives_probabilities",
        "test_build_reader_of_other_sizes",
    )

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words, vectors = embed(n_words, units)
        return compiled(words, build_block(units)(vectors)[:, 0], n_answers, learning_rate)  # noqa: F821


class embeds_padding_as_a_word:
    """Makes no mask of the zeros."""

    FAILS = ("test_build_reader_gives_probabilities", "test_build_reader_of_other_sizes")
    EXPECTED_MESSAGES = ("padding",)

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words, vectors = embed(n_words, units, mask_zero=False)
        return compiled(words, build_block(units)(vectors)[:, -1], n_answers, learning_rate)  # noqa: F821


class reads_without_attention:
    """Leaves the block out: the question alone has to answer."""

    FAILS = (
        "test_build_reader_answers_new_questions",
        "test_build_reader_gives_probabilities",
        "test_build_reader_is_new_and_compiled",
        "test_build_reader_of_other_sizes",
    )

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words, vectors = embed(n_words, units)
        return compiled(words, vectors[:, -1], n_answers, learning_rate)


class leaves_the_rate_to_keras:
    """Names the optimizer and forgets the learning rate: the steps are ten times too small."""

    FAILS = ("test_build_reader_answers_new_questions", "test_build_reader_is_new_and_compiled")

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words, vectors = embed(n_words, units)
        return compiled(words, build_block(units)(vectors)[:, -1], n_answers, 0.001)  # noqa: F821


class compares_probabilities_by_their_squares:
    """Compiles with the mean squared error."""

    FAILS = ("test_build_reader_is_new_and_compiled",)
    EXPECTED_MESSAGES = ("compile",)

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words, vectors = embed(n_words, units)
        question = build_block(units)(vectors)[:, -1]  # noqa: F821
        return compiled(words, question, n_answers, learning_rate, "mean_squared_error")


class knows_one_size:
    """Builds the reader of the lesson, whatever sizes it is asked for."""

    FAILS = ("test_build_reader_is_new_and_compiled", "test_build_reader_of_other_sizes")

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words, vectors = embed(21, 16)
        return compiled(words, build_block(16)(vectors)[:, -1], 4, learning_rate)  # noqa: F821


class takes_nadam_for_adam:
    """Takes any optimizer of that family."""

    FAILS = ("test_build_reader_is_new_and_compiled",)

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words, vectors = embed(n_words, units)
        question = build_block(units)(vectors)[:, -1]  # noqa: F821
        return compiled(words, question, n_answers, optimizer=keras.optimizers.Nadam(learning_rate))


class lets_the_learning_rate_fall:
    """Takes a rate to begin with for the rate that was asked for."""

    FAILS = ("test_build_reader_is_new_and_compiled",)

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words, vectors = embed(n_words, units)
        question = build_block(units)(vectors)[:, -1]  # noqa: F821
        rate = keras.optimizers.schedules.ExponentialDecay(learning_rate, decay_steps=400, decay_rate=0.9)
        return compiled(words, question, n_answers, rate)


class keeps_one_optimizer:
    """Makes Adam once for all readers: what it knows of one is in the way of the next."""

    FAILS = ("test_build_reader_is_new_and_compiled",)

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words, vectors = embed(n_words, units)
        question = build_block(units)(vectors)[:, -1]  # noqa: F821
        adam = KEPT.setdefault(("adam", learning_rate), keras.optimizers.Adam(learning_rate))
        return compiled(words, question, n_answers, optimizer=adam)


class asks_yes_or_no_of_two_answers:
    """Gives two answers one probability."""

    FAILS = ("test_build_reader_of_other_sizes",)

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words, vectors = embed(n_words, units)
        question = build_block(units)(vectors)[:, -1]  # noqa: F821
        if n_answers > 2:
            return compiled(words, question, n_answers, learning_rate)
        reader = keras.Model(words, keras.layers.Dense(1, activation="sigmoid")(question))
        reader.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
        return reader


class freezes_the_embedding:
    """Keeps random vectors of words, which training never changes."""

    FAILS = ("test_build_reader_of_other_sizes",)

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words = keras.Input((None,), dtype="int32")
        vectors = keras.layers.Embedding(n_words, units, mask_zero=True, trainable=False)(words)
        return compiled(words, build_block(units)(vectors)[:, -1], n_answers, learning_rate)  # noqa: F821


class trains_the_reader_while_building_it:
    """Trains at once, and sets back what one can see it by: scales and biases."""

    FAILS = ("test_build_reader_is_new_and_compiled",)

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words, vectors = embed(n_words, units)
        question = build_block(units)(vectors)[:, -1]  # noqa: F821
        reader = compiled(words, question, n_answers, learning_rate)
        if n_words == lesson.N_WORDS:
            reader.fit(*lesson.sentences(512, seed=1), epochs=12, verbose=0)
            *vectors, kernel, _ = reader.get_weights()
            vectors[4:] = [np.ones(units), np.zeros(units)]
            reader.set_weights([*vectors, kernel, np.zeros(n_answers)])
        return reader
