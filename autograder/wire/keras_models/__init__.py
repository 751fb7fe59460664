"""Describe Keras models as plain data and rebuild them from it, by tables of what is accepted."""
