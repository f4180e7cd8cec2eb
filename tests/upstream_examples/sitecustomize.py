"""Caps what a script trains and computes, from outside: upstream_examples loads it first.

A fit is one epoch of three batches. What a loop calls again and again is computed a few times;
after that it gives what it gave before, so that every loop comes to its end. What was called
is counted in the file that the environment variable COUNTS names.
"""

from __future__ import annotations

import atexit
import json
import math
import os
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np

from legacy_keras import backend, models

BATCHES = 3
FITS = 3
PREDICTIONS = 20
EVALUATIONS = 4  # of functions that K.function made
GENERATED = 64  # samples

counts: Counter[str] = Counter()


def cut(data: Any, size: int) -> Any:
    """Return the first samples of arrays, or of lists and dictionaries of arrays."""
    if isinstance(data, dict):
        return {name: cut(part, size) for name, part in data.items()}
    if isinstance(data, (list, tuple)) and any(isinstance(part, np.ndarray) for part in data):
        return [cut(part, size) for part in data]
    return data[:size]


def limited(limit: int, function: Callable[..., Any], key: Callable[..., Any]) -> Any:
    """Return a function that is computed so many times for each value of ``key(*its arguments)``."""  # noqa: E501
    calls: Counter[Any] = Counter()
    last: dict[Any, Any] = {}

    def call(*args: Any, **kwargs: Any) -> Any:
        kind = key(*args, **kwargs)
        counts[function.__name__] += 1
        calls[kind] += 1
        if calls[kind] <= limit:
            last[kind] = function(*args, **kwargs)
        return last[kind]

    return call


def capped_fit(fit: Callable[..., Any], nb_data: int) -> Callable[..., Any]:
    def call(model: Any, *args: Any, **options: Any) -> Any:
        size = BATCHES * options.get("batch_size", 128)
        keep = math.ceil(size / (1 - options.get("validation_split", 0.0)))
        if options.get("validation_data"):
            options["validation_data"] = cut(options["validation_data"], size)
        data = [cut(part, keep) for part in args[:nb_data]]
        return fit(model, *data, *args[nb_data:], **{**options, "nb_epoch": 1})

    call.__name__ = "fit"
    return limited(FITS, call, key=lambda model, *args, **kwargs: id(model))


def capped_generator(fit: Callable[..., Any]) -> Callable[..., Any]:
    def call(model: Any, generator: Any, **options: Any) -> Any:
        counts["fit"] += 1
        if options.get("validation_data"):
            options["validation_data"] = cut(options["validation_data"], GENERATED)
        return fit(model, generator, **{**options, "samples_per_epoch": GENERATED, "nb_epoch": 1})

    return call


def capped_function(make: Callable[..., Any]) -> Callable[..., Any]:
    """Limit the evaluations of all functions of a script together."""

    def run(function: Any, inputs: Any) -> Any:
        return function(inputs)

    run.__name__ = "function"
    limited_run = limited(EVALUATIONS, run, key=lambda function, inputs: len(function.outputs))

    def call(inputs: Any, outputs: Any, **options: Any) -> Any:
        function = make(inputs, outputs, **options)
        function.outputs = outputs
        return lambda values: limited_run(function, values)

    return call


if "COUNTS" in os.environ:
    models.Sequential.fit = capped_fit(models.Sequential.fit, 2)
    models.Graph.fit = capped_fit(models.Graph.fit, 1)
    models.Sequential.fit_generator = capped_generator(models.Sequential.fit_generator)
    models.Sequential.predict = limited(
        PREDICTIONS,
        models.Sequential.predict,
        key=lambda model, X, *args, **kw: (id(model), np.shape(X)),
    )
    backend.function = capped_function(backend.function)

    @atexit.register
    def report() -> None:
        with open(os.environ["COUNTS"], "w", encoding="utf-8") as file:
            json.dump(counts, file)
