"""theano.sandbox.cuda: whether there is a GPU. Which one models use, ``settings`` says."""

from __future__ import annotations

from typing import Any

from ...._settings import settings
from ..._names import missing

cuda_available = cuda_enabled = settings.torch_device().type == "cuda"


def use(device: str, *args: Any, **kwargs: Any) -> None:
    """Do nothing: `legacy_keras.settings` chooses the device."""


def dnn_available() -> bool:
    """Tell that Theano's own cuDNN operations are not here."""
    return False


__getattr__ = missing(__name__)
