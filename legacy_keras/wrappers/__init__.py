"""Keras models as what other libraries expect."""
