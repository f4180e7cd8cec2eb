"""Exceptions for wrong arguments that are also what 0.3.3 raised, so old handlers work."""

from __future__ import annotations


class ArgumentError(ValueError, AssertionError):
    """A wrong argument, where 0.3.3 used ``assert``."""


class DimensionError(ValueError, TypeError):
    """An array with the wrong number of axes, where Theano raised a TypeError."""


class MissingKeyError(ValueError, KeyError):
    """A dictionary without an entry it needs, where 0.3.3 raised a KeyError."""

    # KeyError shows its argument as a literal; a sentence should read as one.
    __str__ = ValueError.__str__


class NotCompiledError(RuntimeError, AttributeError):
    """A model used before ``compile``, where 0.3.3 raised an AttributeError."""


class RegularizerError(ValueError, AttributeError):
    """A regularizer that cannot be, where 0.3.3 raised an AttributeError."""


class UnsafeModelError(ValueError):
    """A file that asks for more than data may: code, other files, or too much memory.

    Files of models, weights and data sets, and archives.

    Nothing of it was run, read or kept. The message says what the file asks for, and what to
    do if it comes from somebody you trust.
    """
