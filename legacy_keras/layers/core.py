"""Façade: the layers that 0.3.3 keeps in ``keras.layers.core``, at their path there."""

from ._autoencoder import AutoEncoder
from ._base import Layer, MaskedLayer
from ._dense import Dense, Highway, MaxoutDense, TimeDistributedDense
from ._lambda import Lambda, MaskedLambda
from ._merge import LambdaMerge, Merge
from ._reshape import Flatten, Permute, RepeatVector, Reshape, TimeDistributedMerge
from ._siamese import Siamese, SiameseHead, add_shared_layer
from ._simple import Activation, ActivityRegularization, Dropout, Masking

__all__ = [
    "Activation",
    "ActivityRegularization",
    "AutoEncoder",
    "Dense",
    "Dropout",
    "Flatten",
    "Highway",
    "Lambda",
    "LambdaMerge",
    "Layer",
    "MaskedLambda",
    "MaskedLayer",
    "Masking",
    "MaxoutDense",
    "Merge",
    "Permute",
    "RepeatVector",
    "Reshape",
    "Siamese",
    "SiameseHead",
    "TimeDistributedDense",
    "TimeDistributedMerge",
    "add_shared_layer",
]
