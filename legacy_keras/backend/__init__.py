"""K: the backend functions of Keras 0.3.3, over torch tensors.

A façade. Float type and fuzz factor live in `common`, variables in `_variable`,
element-wise functions, reductions and shapes in `_math`, activations and losses in `_nn`,
convolutions in `_convolution`, every random draw in `_random`.
"""

from ._convolution import conv2d, conv3d, pool2d, pool3d
from ._math import (
    abs,
    any,
    argmax,
    argmin,
    batch_dot,
    batch_flatten,
    cast,
    clip,
    concatenate,
    dot,
    equal,
    exp,
    expand_dims,
    flatten,
    gather,
    log,
    max,
    maximum,
    mean,
    min,
    minimum,
    ndim,
    not_equal,
    ones_like,
    pack,
    permute_dimensions,
    pow,
    prod,
    repeat,
    repeat_elements,
    reshape,
    resize_images,
    resize_volumes,
    round,
    shape,
    sign,
    spatial_2d_padding,
    spatial_3d_padding,
    sqrt,
    square,
    squeeze,
    std,
    sum,
    switch,
    temporal_padding,
    tile,
    transpose,
    zeros_like,
)
from ._nn import (
    binary_crossentropy,
    categorical_crossentropy,
    hard_sigmoid,
    l2_normalize,
    relu,
    sigmoid,
    softmax,
    softplus,
    tanh,
)
from ._random import dropout, random_binomial, random_normal, random_uniform
from ._variable import (
    count_params,
    eval,
    get_value,
    ones,
    set_value,
    variable,
    zeros,
)
from .common import (
    _BACKEND,
    cast_to_floatx,
    epsilon,
    floatx,
    set_epsilon,
    set_floatx,
)

__all__ = [name for name in dir() if not name.startswith("_")] + ["_BACKEND"]
