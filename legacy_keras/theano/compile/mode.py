"""theano.compile.mode: how Theano optimised and ran. PyTorch runs here, whatever they say."""

from __future__ import annotations

from typing import Any

from .._names import missing


class Mode:
    """Accepted wherever a mode is, without effect."""

    def __init__(self, linker: Any = None, optimizer: Any = None, **kwargs: Any) -> None:
        self.linker = linker
        self.optimizer = optimizer

    def including(self, *tags: str) -> Mode:
        return self

    def excluding(self, *tags: str) -> Mode:
        return self


FAST_RUN = FAST_COMPILE = Mode()
predefined_modes = {"FAST_RUN": FAST_RUN, "FAST_COMPILE": FAST_COMPILE, "DebugMode": Mode()}


def get_mode(orig_string: Any = None) -> Mode:
    return orig_string if isinstance(orig_string, Mode) else Mode()


def get_default_mode() -> Mode:
    return FAST_RUN


__getattr__ = missing(__name__)
