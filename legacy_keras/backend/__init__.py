"""K: the backend functions of Keras 0.3.3, over torch tensors.

A façade. Float type and fuzz factor live in `common`, variables in `_variable`,
element-wise functions, reductions and shapes in `_math`, activations and losses in `_nn`,
convolutions in `_convolution`, every random draw in `_random`.
"""

from .._symbolic import expression as _expression
from .._symbolic.expression import operation as _operation
from .._symbolic.function import Function, function, gradients
from .._symbolic.scan import rnn
from . import _imports
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
from ._theano_math import METHODS as _METHODS
from ._variable import _give_methods as _give_methods
from ._variable import (
    count_params,
    eval,
    get_value,
    ones,
    placeholder,
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
from .common import torch_dtype as _torch_dtype

# Functions of tensors that are recorded where they are given expressions.
_OPERATIONS = """
    abs any argmax argmin batch_dot batch_flatten binary_crossentropy cast
    categorical_crossentropy clip concatenate conv2d conv3d dot equal exp expand_dims flatten
    gather hard_sigmoid l2_normalize log max maximum mean min minimum not_equal ones_like pack
    permute_dimensions pool2d pool3d pow prod relu repeat repeat_elements reshape resize_images
    resize_volumes round sigmoid sign softmax softplus spatial_2d_padding spatial_3d_padding
    sqrt square squeeze std sum switch tanh temporal_padding tile transpose zeros_like
""".split()

for _name in _OPERATIONS:
    globals()[_name] = _operation(globals()[_name])
    globals()[_name].__module__ = __name__  # where pickle finds the function that records

_expression.float_type = _torch_dtype

_give_methods(_METHODS)

__all__ = [name for name in dir() if not name.startswith("_")] + ["_BACKEND"]

if _BACKEND == "theano":
    __getattr__ = _imports.look_up
