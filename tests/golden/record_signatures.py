"""Writes signatures.json: the signatures of Keras 0.3.3, asked of Keras 0.3.3 itself.

    KERAS_BACKEND=theano python2.7 record_signatures.py > signatures.json

Runs on Python 2.7 with Keras==0.3.3 and Theano==0.8.2, and is not part of the tests.
"""

import importlib
import inspect
import json
import sys

MODULES = """
    activations backend callbacks constraints initializations layers.advanced_activations
    layers.containers layers.convolutional layers.core layers.embeddings layers.noise
    layers.normalization layers.recurrent layers.wrappers models objectives optimizers
    preprocessing.image preprocessing.sequence preprocessing.text regularizers utils.data_utils
    utils.generic_utils utils.io_utils utils.layer_utils utils.np_utils utils.test_utils
    wrappers.scikit_learn
""".split()


def signature(function):
    """Return "a, b=1": names in order with their defaults, without *args and **kwargs."""
    spec = inspect.getargspec(function)
    defaults = ["=" + repr(value) for value in spec.defaults or ()]
    blanks = [""] * (len(spec.args) - len(defaults))
    return ", ".join(name + default for name, default in zip(spec.args, blanks + defaults))


def own(module, value):
    """Tell whether a module, or for the backend a part of it, defines a value."""
    return getattr(value, "__module__", "").startswith(module)


def class_members(cls):
    """Return the signatures of a class's own methods, and "property"."""
    members = {}
    for name, value in vars(cls).items():
        if name == "__init__" or not name.startswith("_"):
            if inspect.isfunction(value):
                members[name] = signature(value)
            elif isinstance(value, property):
                members[name] = "property"
    return members


def record():
    """Return the signatures by dotted name; a class is written as "class"."""
    recorded = {}
    for module in MODULES:
        full = "keras." + module
        for name, value in vars(importlib.import_module(full)).items():
            if name.startswith("_") or not own(full, value):
                continue
            path = module + "." + name
            if inspect.isfunction(value):
                recorded[path] = signature(value)
            elif inspect.isclass(value):
                recorded[path] = "class"
                for member, text in class_members(value).items():
                    recorded[path + "." + member] = text
    return recorded


if __name__ == "__main__":
    text = json.dumps(record(), indent=0, sort_keys=True, separators=(",", ": "))
    sys.stdout.write(text + "\n")
