"""Serialize values and Keras models safely between processes."""
