"""Façade: K with the convolutions of TensorFlow, whichever backend the user has chosen.

Mirrors: keras 0.3.3, backend/tensorflow_backend.py.
"""

from functools import partial

from . import *  # noqa: F403
from . import _convolution

conv2d = partial(_convolution.conv2d, semantics="tensorflow")
conv3d = partial(_convolution.conv3d, semantics="tensorflow")
pool2d = partial(_convolution.pool2d, semantics="tensorflow")
pool3d = partial(_convolution.pool3d, semantics="tensorflow")
