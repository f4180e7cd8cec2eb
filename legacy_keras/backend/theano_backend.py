"""Façade: K with the convolutions of Theano, whichever backend the user has chosen.

Mirrors: keras 0.3.3, backend/theano_backend.py.
"""

from functools import partial

from .. import _settings
from . import *  # noqa: F403
from . import _convolution, _imports

__getattr__ = _imports.look_up

conv2d = partial(_convolution.conv2d, semantics="theano")
conv3d = partial(_convolution.conv3d, semantics="theano")
pool2d = partial(_convolution.pool2d, semantics="theano")
pool3d = partial(_convolution.pool3d, semantics="theano")


def _on_gpu() -> bool:
    """Tell whether models live on a GPU; up to 0.3.2 it was asked of Theano."""
    return _settings.settings.torch_device().type == "cuda"
