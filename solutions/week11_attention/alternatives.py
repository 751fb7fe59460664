"""Right answers to the tasks of this kit in other styles: every check passes on each."""

import keras
import tensorflow as tf


class multiplies_matrices_in_tensorflow:
    """Computes with TensorFlow alone, adds a large negative number to masked scores."""

    def attention_weights(queries, keys, mask=None):
        queries, keys = tf.convert_to_tensor(queries), tf.convert_to_tensor(keys)
        scores = tf.matmul(queries, keys, transpose_b=True) / tf.sqrt(
            tf.cast(tf.shape(queries)[-1], tf.float32)
        )
        if mask is not None:
            scores += (tf.cast(mask, tf.float32)[:, tf.newaxis, :] - 1) * 1e30
        return tf.nn.softmax(scores)


class weighs_by_exponentials:
    """Writes softmax out, with the masked exponentials set to zero."""

    def attention_weights(queries, keys, mask=None):
        scores = keras.ops.matmul(queries, keras.ops.swapaxes(keys, 1, 2)) / keys.shape[-1] ** 0.5
        if mask is not None:
            scores = keras.ops.where(keras.ops.equal(mask, 0)[:, None, :], -float("inf"), scores)
        powers = keras.ops.exp(scores - keras.ops.max(scores, axis=-1, keepdims=True))
        return powers / keras.ops.sum(powers, axis=-1, keepdims=True)


class makes_dense_layers:
    """Uses Dense layers without biases for the matrices, and layers of Keras around the attention."""

    class SelfAttention(keras.layers.Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.supports_masking = True
            self.to_query, self.to_key, self.to_value = (
                keras.layers.Dense(units, use_bias=False) for _ in range(3)
            )
            self.units = units

        def call(self, x, mask=None):
            query, key, value = self.to_query(x), self.to_key(x), self.to_value(x)
            scores = keras.ops.einsum("bid,bjd->bij", query, key) * self.units**-0.5
            if mask is not None:
                scores += -1e9 * (1 - keras.ops.cast(mask, scores.dtype))[:, None, :]
            return keras.ops.einsum("bij,bjd->bid", keras.ops.softmax(scores, axis=-1), value)

        def get_config(self):
            config = super().get_config()
            config.update(units=self.units)
            return config

    def build_block(units):
        inputs = keras.Input(shape=(None, units))
        attended = SelfAttention(units)(inputs)  # noqa: F821
        return keras.Model(inputs, keras.layers.LayerNormalization()(keras.layers.Add()([inputs, attended])))


class leaves_the_configuration_to_keras:
    """Has no `get_config`: Keras notes the arguments of a layer by itself, if they are plain."""

    class SelfAttention(keras.Layer):
        def __init__(self, units, name=None, **kwargs):
            super().__init__(name=name, **kwargs)
            self.units = units
            self.supports_masking = True

        def build(self, input_shape):
            shape = (int(input_shape[2]), self.units)
            names = ("query", "key", "value")
            self.matrices = [self.add_weight(name=name, shape=shape) for name in names]

        def call(self, inputs, mask=None):
            query, key, value = (keras.ops.dot(inputs, matrix) for matrix in self.matrices)
            return keras.ops.matmul(attention_weights(query, key, mask), value)  # noqa: F821


class subclasses_the_block:
    """The block is a layer of its own, and the reader is built without it."""

    class Block(keras.Layer):
        def __init__(self, units):
            super().__init__()
            self.attention = SelfAttention(units)  # noqa: F821
            self.norm = keras.layers.LayerNormalization()
            self.supports_masking = True

        def call(self, x, mask=None):
            return self.norm(x + self.attention(x, mask=mask))

    def build_block(units):
        return Block(units)  # noqa: F821

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        words = keras.Input([None])
        x = keras.layers.Embedding(n_words, units, mask_zero=True)(words)
        x = keras.layers.Add()([x, SelfAttention(units)(x)])  # noqa: F821
        x = keras.layers.LayerNormalization()(x)
        x = keras.layers.Lambda(lambda vectors: vectors[:, -1])(x)
        x = keras.layers.Dense(n_answers)(x)
        model = keras.Model(words, keras.layers.Softmax()(x))
        model.compile(keras.optimizers.Adam(learning_rate), keras.losses.CategoricalCrossentropy())
        return model


class stacks_a_sequential_reader:
    """Uses Sequential, and a layer that takes the last word."""

    class Last(keras.Layer):
        def call(self, x):
            return x[:, x.shape[1] - 1] if x.shape[1] else x[:, -1]

    def build_reader(n_words, n_answers, units=16, learning_rate=0.01):
        model = keras.Sequential(
            [
                keras.Input((None,), dtype="int64"),
                keras.layers.Embedding(n_words, units, mask_zero=True),
                build_block(units),  # noqa: F821
                Last(),  # noqa: F821
                keras.layers.Dense(n_answers, "softmax"),
            ]
        )
        model.compile("adam", "categorical_crossentropy")
        model.optimizer.learning_rate = learning_rate
        return model
