"""Façade: all layers, as ``from keras.layers import Dense`` found them in 0.3.3."""

from .advanced_activations import *
from .convolutional import *
from .core import *
from .embeddings import *
from .noise import *
from .normalization import *
from .recurrent import *
