"""Week 11: attention. Four tasks: from the weights of attention to a network that answers questions.

Vectors are in arrays or tensors of shape (sentences, words, width). Sentences of different lengths are
padded in front; a mask of shape (sentences, words) is True, or 1, at words and False, or 0, at padding. Use
operations of Keras, such as those of `keras.ops`: a gradient does not pass through NumPy. All weights are
trainable, and nothing penalizes or constrains them. Each task is tested on its own, but `build_block` and
`build_reader` use your own `SelfAttention`. The sentences are made by `lesson.py`, and `support.fit` trains.
"""

from __future__ import annotations

import keras


def attention_weights(queries, keys, mask=None):
    """Compute how much each query attends to each key.

    The score of a query and a key is their dot product, divided by the square root of their width. The
    weights of a query are the softmax of its scores over all keys. Where `mask` (sentences, keys) says
    padding, the weight is 0, as if the key were not there. Every sentence has at least one key that is not
    padding.

    Return an array or a tensor. Arguments are float32; scores may be as large as 20,000.

    Shapes: queries (sentences, queries, width) and keys (sentences, keys, width) →
    (sentences, queries, keys).

    For example, the scores are 4 / 2 and 0 / 2 here:

        >>> queries, keys = np.array([[[2, 0, 0, 0.0]]]), np.array([[[2, 0, 0, 0], [0, 2, 0, 0.0]]])
        >>> print(np.round(attention_weights(queries, keys), 3))
        [[[0.881 0.119]]]
    """
    ### BEGIN SOLUTION
    scores = keras.ops.einsum("nqw,nkw->nqk", queries, keys) / queries.shape[-1] ** 0.5
    if mask is not None:
        scores = keras.ops.where(keras.ops.cast(mask, "bool")[:, None, :], scores, -1e9)
    return keras.ops.softmax(scores)
    ### END SOLUTION


class SelfAttention(keras.Layer):
    """A layer in which every word of a sentence looks at all words of it.

    It has three trainable matrices (width, units), in this order: query, key and value, and no biases. They
    begin with random numbers. Each word is multiplied by each of them. The output for a word is the sum of
    the values of all words, each times its attention weight: see `attention_weights`, which you may call.

    `layer(x)` and `layer(x, mask=mask)` take float32 vectors. The mask is also what `Embedding` passes on
    with `mask_zero=True`. Let it pass to the next layer: set `self.supports_masking = True`. `get_config`
    returns the units in addition to what the base class returns, so that Keras can save the layer and make it
    again; other arguments, such as `name`, go to the base class.

    Shapes: (sentences, words, width) → (sentences, words, units).

    For example:

        >>> layer = SelfAttention(5)
        >>> print(layer(np.ones((2, 3, 4), "float32")).shape)
        (2, 3, 5)
        >>> [tuple(weight.shape) for weight in layer.weights]
        [(4, 5), (4, 5), (4, 5)]
    """

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        ### BEGIN SOLUTION
        self.units = units
        self.supports_masking = True
        ### END SOLUTION

    def build(self, input_shape):
        """Make the three matrices; Keras calls this before the first call, with the shape of x."""
        ### BEGIN SOLUTION
        shape = (input_shape[-1], self.units)
        self.query, self.key, self.value = (self.add_weight(shape=shape) for _ in range(3))
        ### END SOLUTION

    def call(self, x, mask=None):
        """Return the output for x, a tensor."""
        ### BEGIN SOLUTION
        weights = attention_weights(x @ self.query, x @ self.key, mask)
        return weights @ (x @ self.value)
        ### END SOLUTION

    def get_config(self):
        """Return the arguments that make an equal layer."""
        ### BEGIN SOLUTION
        return {**super().get_config(), "units": self.units}
        ### END SOLUTION


def build_block(units: int) -> keras.Layer:
    """Make a block that adds the output of `SelfAttention` to its input and normalizes the sum.

    Return a new layer or model, as you like. With x of width `units` it computes
    `LayerNormalization()(x + SelfAttention(units)(x))`, with your own `SelfAttention` and Keras'
    `LayerNormalization` with its default settings. The block takes a mask as `SelfAttention` does:
    `block(x, mask=mask)`. It need not pass the mask on. It has no other layers with weights, and computes the
    same in training.

    Shapes: (sentences, words, units) → (sentences, words, units).

    For example:

        >>> block = build_block(4)
        >>> print(block(np.ones((2, 3, 4), "float32")).shape)
        (2, 3, 4)
        >>> [tuple(weight.shape) for weight in block.weights]
        [(4, 4), (4, 4), (4, 4), (4,), (4,)]
    """
    ### BEGIN SOLUTION
    inputs = keras.Input((None, units))
    return keras.Model(inputs, keras.layers.LayerNormalization()(inputs + SelfAttention(units)(inputs)))
    ### END SOLUTION


def build_reader(n_words: int, n_answers: int, units: int = 16, learning_rate: float = 0.01) -> keras.Model:
    """Build and compile a network that reads a sentence and answers the question at its end.

    Return a new model of these parts, in this order:

    1. `Embedding` makes a vector of `units` numbers of each word. There are `n_words` words with the numbers
       0 to `n_words` - 1, and 0 is padding, which is masked.
    2. A block as in `build_block`.
    3. Of its outputs, only that of the last word goes on: the question.
    4. A Dense layer with a bias gives each of `n_answers` answers a probability, by softmax.

    Compile the model with the loss categorical cross-entropy, and an Adam of its own with `learning_rate`.
    The model is not trained yet, and no layer does anything else in training.

    Shapes: whole numbers (sentences, words) → (sentences, n_answers), for any number of words.

    For example:

        >>> reader = build_reader(lesson.N_WORDS, lesson.N_ANSWERS)
        >>> reader.count_params()
        1204
    """
    ### BEGIN SOLUTION
    words = keras.Input((None,), dtype="int32")
    vectors = keras.layers.Embedding(n_words, units, mask_zero=True)(words)
    question = build_block(units)(vectors)[:, -1]
    reader = keras.Model(words, keras.layers.Dense(n_answers, activation="softmax")(question))
    reader.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(learning_rate))
    return reader
    ### END SOLUTION
