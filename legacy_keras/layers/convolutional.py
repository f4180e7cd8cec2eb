"""Convolution, pooling, upsampling and padding in one, two and three dimensions.

1D layers work on (nb_samples, steps, features). 2D and 3D layers put channels second
(``dim_ordering="th"``) or last (``"tf"``). Kernels keep Theano's layout and direction;
`convolve` turns them round, never the user.

Mirrors: keras 0.3.3, layers/convolutional.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from torch import Tensor

from .. import activations
from .. import backend as K
from .._errors import ArgumentError
from .._older import older_keywords, older_order
from ..backend._convolution import check_strides, convolve, refuse_same_in_3d
from ..backend._variable import Variable
from ._base import Layer, Shape
from ._dense import PENALTIES

# What followed the sizes in Keras 0.1.
_REST_OF_0_1 = ("init", "activation", "weights", "border_mode")


def conv_output_length(
    input_length: int | None, filter_size: int, border_mode: str, stride: int
) -> int | None:
    """Return the number of places a window takes; None if the length is not fixed.

    Mirrors: keras 0.3.3, layers/convolutional.py, conv_output_length.
    """
    _check("border_mode", border_mode, ("same", "valid"))
    if input_length is None:
        return None
    length = input_length if border_mode == "same" else input_length - filter_size + 1
    return (length + stride - 1) // stride


def _check(option: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise ArgumentError(f"{option} must be in {{{', '.join(allowed)}}}; got {value!r}.")


def _theano_only(layer: Layer) -> None:
    if K._BACKEND != "theano":
        raise ValueError(
            f"{type(layer).__name__} is currently only working with Theano backend, as in "
            "0.3.3; set KERAS_BACKEND=theano."
        )


class _SpatialLayer(Layer):
    """Base class of layers with a ``dim_ordering`` that change the spatial sizes."""

    dim_ordering: str = "th"

    def set_dim_ordering(self, dim_ordering: str) -> None:
        _check("dim_ordering", dim_ordering, ("tf", "th"))
        self.dim_ordering = dim_ordering

    def spatial_sizes(self) -> tuple[int | None, ...]:
        """Return the sizes of the input that are neither samples nor channels."""
        shape = self.input_shape
        sizes: tuple[int | None, ...] = shape[2:] if self.dim_ordering == "th" else shape[1:-1]
        return sizes

    @property
    def channels(self) -> int:
        """Number of channels of the input."""
        nb_channels: int = self.input_shape[1 if self.dim_ordering == "th" else -1]
        return nb_channels

    def with_sizes(self, sizes: Sequence[int | None], channels: int | None = None) -> Shape:
        """Return the output shape for these spatial sizes."""
        nb_channels = self.channels if channels is None else channels
        if self.dim_ordering == "th":
            return self.input_shape[0], nb_channels, *sizes
        return self.input_shape[0], *sizes, nb_channels


class _Convolution(_SpatialLayer):
    """Base class of Convolution1D, 2D and 3D."""

    W: Variable
    b: Variable
    nb_filter: int
    window: tuple[int, ...]
    subsample: tuple[int, ...]

    def set_convolution(self, activation: Any, border_mode: str, dim_ordering: str) -> None:
        """Check and keep what all convolutions take."""
        if border_mode not in ("valid", "same"):
            raise ValueError(
                f"Invalid border mode for {type(self).__name__}: {border_mode!r}; expected "
                "'valid' or 'same'. For 'full', which Keras 0.2 took: ZeroPadding by filter - 1, "
                "then 'valid'."
            )
        self.border_mode = border_mode
        self.set_dim_ordering(dim_ordering)
        self.activation = activations.get(activation)

    def build(self) -> None:
        if self.dim_ordering == "th":
            self.W_shape = (self.nb_filter, self.channels, *self.window)
        else:
            self.W_shape = (*self.window, self.channels, self.nb_filter)
        self.W = self.init(self.W_shape, name=f"{self.name}_W")
        self.b = K.zeros((self.nb_filter,), name=f"{self.name}_b")
        self.trainable_weights = [self.W, self.b]
        self.finish_build(W=self.W, b=self.b)

    @property
    def output_shape(self) -> Shape:
        sizes = [
            conv_output_length(size, window, self.border_mode, stride)
            for size, window, stride in zip(
                self.spatial_sizes(), self.window, self.subsample, strict=True
            )
        ]
        return self.with_sizes(sizes, self.nb_filter)

    def prepare(self) -> None:
        check_strides(self.subsample, self.window, self.border_mode, K._BACKEND)
        activations.check_ndim(self.activation, len(self.output_shape))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        y = convolve(x, self.W, self.subsample, self.border_mode, self.dim_ordering, self.b)
        return activations.in_place(self.activation)(y)


class Convolution1D(_Convolution):
    """Convolve along time: activation(x * W + b).

    Shape:
        input: (nb_samples, steps, input_dim), floatx
        output: (nb_samples, new_steps, nb_filter), floatx
        W: (nb_filter, input_dim, filter_length, 1); b: (nb_filter,)

    Args:
        nb_filter: int > 0, the number of filters.
        filter_length: int > 0, in steps.
        init: name or function, how W starts; b starts at 0.
        border_mode: "valid" or "same".
        subsample_length: int > 0, every how many steps a filter is applied.
        input_dim, input_length: int, for a first layer.

    Mirrors: keras 0.3.3, layers/convolutional.py, Convolution1D.
    """

    input_ndim = 3
    config_fields: ClassVar = (
        "nb_filter",
        "filter_length",
        "init",
        "activation",
        "border_mode",
        "subsample_length",
        *PENALTIES,
        "input_dim",
        "input_length",
    )

    @older_order(
        "input_dim",
        "nb_filter",
        "filter_length",
        *_REST_OF_0_1,
        "subsample_length",
        *PENALTIES,
        at=2,
    )
    def __init__(
        self,
        nb_filter: int,
        filter_length: int,
        init: Any = "uniform",
        activation: Any = "linear",
        weights: Any = None,
        border_mode: str = "valid",
        subsample_length: int = 1,
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        input_dim: int | None = None,
        input_length: int | None = None,
        **kwargs: Any,
    ) -> None:
        self.set_convolution(activation, border_mode, "th")
        self.nb_filter = nb_filter
        self.filter_length = filter_length
        self.subsample_length = subsample_length
        self.window = (filter_length, 1)
        self.subsample = (subsample_length, 1)
        self.set_options(
            init=init,
            W_regularizer=W_regularizer,
            b_regularizer=b_regularizer,
            activity_regularizer=activity_regularizer,
            W_constraint=W_constraint,
            b_constraint=b_constraint,
            initial_weights=weights,
            input_dim=input_dim,
            input_length=input_length,
        )
        if input_dim:
            kwargs["input_shape"] = (input_length, input_dim)
        super().__init__(**kwargs)

    @property
    def channels(self) -> int:
        nb_features: int = self.input_shape[2]
        return nb_features

    @property
    def output_shape(self) -> Shape:
        nb_samples, steps, _ = self.input_shape
        new_steps = conv_output_length(
            steps, self.filter_length, self.border_mode, self.subsample_length
        )
        return nb_samples, new_steps, self.nb_filter

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        x, W = x.transpose(1, 2), self.W.squeeze(-1)
        y = convolve(x, W, self.subsample[:1], self.border_mode, "th", self.b)
        # A function of the user's was written for an image of one column.
        y = activations.in_place(self.activation)(y.unsqueeze(-1)).squeeze(-1)
        return y.transpose(1, 2)


class Convolution2D(_Convolution):
    """Convolve over rows and columns: activation(x * W + b).

    Shape:
        input: (nb_samples, channels, rows, cols), floatx; channels last for "tf"
        output: (nb_samples, nb_filter, new_rows, new_cols), floatx; likewise
        W: (nb_filter, channels, nb_row, nb_col), or (nb_row, nb_col, channels, nb_filter)

    Args:
        nb_filter: int > 0, the number of filters.
        nb_row, nb_col: int > 0, the size of a filter.
        border_mode: "valid" or "same".
        subsample: pair of int, every how many rows and columns a filter is applied.
        dim_ordering: "th" or "tf".

    The other arguments are those of Dense.

    Mirrors: keras 0.3.3, layers/convolutional.py, Convolution2D.
    """

    input_ndim = 4
    config_fields: ClassVar = (
        "nb_filter",
        "nb_row",
        "nb_col",
        "init",
        "activation",
        "border_mode",
        "subsample",
        "dim_ordering",
        *PENALTIES,
    )

    @older_order(
        "nb_filter", None, "nb_row", "nb_col", *_REST_OF_0_1, "subsample", *PENALTIES, at=3
    )
    def __init__(
        self,
        nb_filter: int,
        nb_row: int,
        nb_col: int,
        init: Any = "glorot_uniform",
        activation: Any = "linear",
        weights: Any = None,
        border_mode: str = "valid",
        subsample: Sequence[int] = (1, 1),
        dim_ordering: str = "th",
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        self.set_convolution(activation, border_mode, dim_ordering)
        self.nb_filter = nb_filter
        self.nb_row = nb_row
        self.nb_col = nb_col
        self.window = (nb_row, nb_col)
        self.subsample = tuple(subsample)
        self.set_options(
            init=init,
            W_regularizer=W_regularizer,
            b_regularizer=b_regularizer,
            activity_regularizer=activity_regularizer,
            W_constraint=W_constraint,
            b_constraint=b_constraint,
            initial_weights=weights,
        )
        super().__init__(**kwargs)


class Convolution3D(_Convolution):
    """Convolve over three dimensions: activation(x * W + b).

    Shape:
        input: (nb_samples, channels, dim1, dim2, dim3), floatx; channels last for "tf"
        output: (nb_samples, nb_filter, new_dim1, new_dim2, new_dim3); likewise
        W: ``(nb_filter, channels, *kernel_dims)``, for "tf" ``(*kernel_dims, channels, nb_filter)``

    Args:
        kernel_dim1, kernel_dim2, kernel_dim3: int > 0, the size of a filter.
        subsample: three int; only (1, 1, 1) goes with ``border_mode="same"``.

    The other arguments are those of `Convolution2D`.

    Mirrors: keras 0.3.3, layers/convolutional.py, Convolution3D.
    """

    input_ndim = 5
    config_fields: ClassVar = (
        "nb_filter",
        "kernel_dim1",
        "kernel_dim2",
        "kernel_dim3",
        "dim_ordering",
        "init",
        "activation",
        "border_mode",
        "subsample",
        *PENALTIES,
    )

    def __init__(
        self,
        nb_filter: int,
        kernel_dim1: int,
        kernel_dim2: int,
        kernel_dim3: int,
        init: Any = "glorot_uniform",
        activation: Any = "linear",
        weights: Any = None,
        border_mode: str = "valid",
        subsample: Sequence[int] = (1, 1, 1),
        dim_ordering: str = "th",
        W_regularizer: Any = None,
        b_regularizer: Any = None,
        activity_regularizer: Any = None,
        W_constraint: Any = None,
        b_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        _theano_only(self)
        self.set_convolution(activation, border_mode, dim_ordering)
        self.nb_filter = nb_filter
        self.kernel_dim1 = kernel_dim1
        self.kernel_dim2 = kernel_dim2
        self.kernel_dim3 = kernel_dim3
        self.window = (kernel_dim1, kernel_dim2, kernel_dim3)
        self.subsample = tuple(subsample)
        self.set_options(
            init=init,
            W_regularizer=W_regularizer,
            b_regularizer=b_regularizer,
            activity_regularizer=activity_regularizer,
            W_constraint=W_constraint,
            b_constraint=b_constraint,
            initial_weights=weights,
        )
        super().__init__(**kwargs)


def _whole_windows_only(layer: Layer, kwargs: dict[str, Any]) -> None:
    """Take ``ignore_border`` out, an argument of 0.1 and 0.2, whose default is what is left."""
    if not kwargs.pop("ignore_border", True):
        raise ValueError(
            f"{type(layer).__name__} got ignore_border=False, windows that are cut off at the "
            "border, which Keras 0.3 dropped. Leave it out; a ZeroPadding layer before this one "
            "can make the last window whole."
        )


class _Pooling1D(Layer):
    pool_mode: ClassVar[str]
    input_ndim = 3
    config_fields: ClassVar = ("stride", "pool_length", "border_mode")

    def __init__(
        self,
        pool_length: int = 2,
        stride: int | None = None,
        border_mode: str = "valid",
        **kwargs: Any,
    ) -> None:
        _whole_windows_only(self, kwargs)
        super().__init__(**kwargs)
        _check("border_mode", border_mode, ("valid", "same"))
        self.pool_length = pool_length
        self.stride = pool_length if stride is None else stride
        self.border_mode = border_mode

    @property
    def output_shape(self) -> Shape:
        nb_samples, steps, features = self.input_shape
        length = conv_output_length(steps, self.pool_length, self.border_mode, self.stride)
        return nb_samples, length, features

    def prepare(self) -> None:
        if self.border_mode == "same" and K._BACKEND == "theano":
            raise ArgumentError(
                f"{type(self).__name__} got border_mode='same', which fails on Theano as in "
                "0.3.3; use 'valid', with ZeroPadding1D before it if the length must stay."
            )

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        image = x.unsqueeze(1)  # of one channel, with the features as columns
        window, strides = (self.pool_length, 1), (self.stride, 1)
        pooled = K.pool2d(image, window, strides, self.border_mode, pool_mode=self.pool_mode)
        return pooled.squeeze(1)


class MaxPooling1D(_Pooling1D):
    """The largest of every ``pool_length`` steps.

    Shape:
        input: (nb_samples, steps, features), floatx
        output: (nb_samples, pooled_steps, features), floatx

    Args:
        stride: int or None for ``pool_length``.
        border_mode: "valid"; "same" fails on Theano as in 0.3.3.

    Mirrors: keras 0.3.3, layers/convolutional.py, MaxPooling1D.
    """

    pool_mode = "max"


class AveragePooling1D(_Pooling1D):
    """The mean of every ``pool_length`` steps; arguments as in `MaxPooling1D`.

    Mirrors: keras 0.3.3, layers/convolutional.py, AveragePooling1D.
    """

    pool_mode = "avg"


class _Pooling(_SpatialLayer):
    """Base class of pooling in two and three dimensions."""

    pool_mode: ClassVar[str]
    config_fields: ClassVar = ("pool_size", "border_mode", "strides", "dim_ordering")

    def set_pooling(
        self, pool_size: Sequence[int], strides: Any, border_mode: str, dim_ordering: str
    ) -> None:
        """Check and keep the arguments."""
        self.pool_size = tuple(pool_size)
        self.strides = self.pool_size if strides is None else tuple(strides)
        _check("border_mode", border_mode, ("valid", "same"))
        self.border_mode = border_mode
        self.set_dim_ordering(dim_ordering)

    @property
    def output_shape(self) -> Shape:
        sizes = [
            conv_output_length(size, window, self.border_mode, stride)
            for size, window, stride in zip(
                self.spatial_sizes(), self.pool_size, self.strides, strict=True
            )
        ]
        return self.with_sizes(sizes)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        pool = K.pool2d if x.ndim == 4 else K.pool3d
        return pool(
            x, self.pool_size, self.strides, self.border_mode, self.dim_ordering, self.pool_mode
        )


class _Pooling2D(_Pooling):
    input_ndim = 4

    @older_keywords(poolsize="pool_size", stride="strides")  # 0.1 and 0.2
    def __init__(
        self,
        pool_size: Sequence[int] = (2, 2),
        strides: Sequence[int] | None = None,
        border_mode: str = "valid",
        dim_ordering: str = "th",
        **kwargs: Any,
    ) -> None:
        _whole_windows_only(self, kwargs)
        super().__init__(**kwargs)
        self.set_pooling(pool_size, strides, border_mode, dim_ordering)


class MaxPooling2D(_Pooling2D):
    """The largest in each window of rows and columns.

    Shape:
        input: (nb_samples, channels, rows, cols), floatx; channels last for "tf"
        output: (nb_samples, channels, pooled_rows, pooled_cols); likewise

    Args:
        pool_size: pair of int, the window.
        strides: pair of int, from window to window; None for ``pool_size``.
        border_mode: "valid" or "same".
        dim_ordering: "th" or "tf".

    Mirrors: keras 0.3.3, layers/convolutional.py, MaxPooling2D.
    """

    pool_mode = "max"


class AveragePooling2D(_Pooling2D):
    """The mean of each window of rows and columns; arguments as in `MaxPooling2D`.

    Mirrors: keras 0.3.3, layers/convolutional.py, AveragePooling2D.
    """

    pool_mode = "avg"


class _Pooling3D(_Pooling):
    input_ndim = 5

    def __init__(
        self,
        pool_size: Sequence[int] = (2, 2, 2),
        strides: Sequence[int] | None = None,
        border_mode: str = "valid",
        dim_ordering: str = "th",
        **kwargs: Any,
    ) -> None:
        _theano_only(self)
        super().__init__(**kwargs)
        self.set_pooling(pool_size, strides, border_mode, dim_ordering)

    def prepare(self) -> None:
        refuse_same_in_3d(self.border_mode)


class MaxPooling3D(_Pooling3D):
    """The largest in each window of three dimensions.

    Shape:
        input: (nb_samples, channels, dim1, dim2, dim3), floatx; channels last for "tf"
        output: (nb_samples, channels, pooled_dim1, pooled_dim2, pooled_dim3); likewise

    Args:
        border_mode: "valid"; "same" is refused when the model is compiled, as in 0.3.3.

    The other arguments are those of `MaxPooling2D`, with three int.

    Mirrors: keras 0.3.3, layers/convolutional.py, MaxPooling3D.
    """

    pool_mode = "max"


class AveragePooling3D(_Pooling3D):
    """The mean of each window of three dimensions; arguments as in `MaxPooling3D`.

    Mirrors: keras 0.3.3, layers/convolutional.py, AveragePooling3D.
    """

    pool_mode = "avg"


class UpSampling1D(Layer):
    """Repeat each step ``length`` times.

    Shape:
        input: (nb_samples, steps, features), floatx
        output: (nb_samples, length * steps, features), floatx

    Mirrors: keras 0.3.3, layers/convolutional.py, UpSampling1D.
    """

    input_ndim = 3
    config_fields: ClassVar = ("length",)

    def __init__(self, length: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.length = length

    @property
    def output_shape(self) -> Shape:
        nb_samples, steps, features = self.input_shape
        return nb_samples, _scaled(steps, self.length), features

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return K.repeat_elements(x, self.length, axis=1)


def _scaled(size: int | None, factor: int) -> int | None:
    return None if size is None else size * factor


class _UpSampling(_SpatialLayer):
    config_fields: ClassVar = ("size",)  # 0.3.3 forgets dim_ordering
    size: tuple[int, ...]

    @property
    def output_shape(self) -> Shape:
        sizes = zip(self.spatial_sizes(), self.size, strict=True)
        return self.with_sizes([_scaled(size, factor) for size, factor in sizes])


class UpSampling2D(_UpSampling):
    """Repeat rows and columns ``size[0]`` and ``size[1]`` times.

    Mirrors: keras 0.3.3, layers/convolutional.py, UpSampling2D.
    """

    input_ndim = 4

    def __init__(
        self, size: Sequence[int] = (2, 2), dim_ordering: str = "th", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.size = tuple(size)
        self.set_dim_ordering(dim_ordering)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return K.resize_images(x, self.size[0], self.size[1], self.dim_ordering)


class UpSampling3D(_UpSampling):
    """Repeat three dimensions ``size`` times each.

    Mirrors: keras 0.3.3, layers/convolutional.py, UpSampling3D.
    """

    input_ndim = 5

    def __init__(
        self, size: Sequence[int] = (2, 2, 2), dim_ordering: str = "th", **kwargs: Any
    ) -> None:
        _theano_only(self)
        super().__init__(**kwargs)
        self.size = tuple(size)
        self.set_dim_ordering(dim_ordering)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return K.resize_volumes(x, self.size[0], self.size[1], self.size[2], self.dim_ordering)


class ZeroPadding1D(Layer):
    """Add ``padding`` zero steps at both ends.

    Shape:
        input: (nb_samples, steps, features), floatx
        output: (nb_samples, steps + 2 * padding, features), floatx

    Mirrors: keras 0.3.3, layers/convolutional.py, ZeroPadding1D.
    """

    input_ndim = 3
    config_fields: ClassVar = ("padding",)

    def __init__(self, padding: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.padding = padding

    @property
    def output_shape(self) -> Shape:
        nb_samples, steps, features = self.input_shape
        return nb_samples, None if steps is None else steps + 2 * self.padding, features

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return K.temporal_padding(x, self.padding)


class _ZeroPadding(_SpatialLayer):
    config_fields: ClassVar = ("padding",)  # 0.3.3 forgets dim_ordering
    padding: tuple[int, ...]

    @property
    def output_shape(self) -> Shape:
        sizes = zip(self.spatial_sizes(), self.padding, strict=True)
        return self.with_sizes([None if size is None else size + 2 * p for size, p in sizes])


class ZeroPadding2D(_ZeroPadding):
    """Add zero rows and columns on all sides, ``padding[0]`` and ``padding[1]`` of them.

    0.1 called the argument ``width``, one int for both, and ``pad``.

    Mirrors: keras 0.3.3, layers/convolutional.py, ZeroPadding2D.
    """

    input_ndim = 4

    @older_keywords(width="padding", pad="padding")
    def __init__(
        self, padding: Sequence[int] | int = (1, 1), dim_ordering: str = "th", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.padding = (padding, padding) if isinstance(padding, int) else tuple(padding)
        self.set_dim_ordering(dim_ordering)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return K.spatial_2d_padding(x, self.padding, self.dim_ordering)


class ZeroPadding3D(_ZeroPadding):
    """Add zeros on all sides of three dimensions.

    Mirrors: keras 0.3.3, layers/convolutional.py, ZeroPadding3D.
    """

    input_ndim = 5

    def __init__(
        self, padding: Sequence[int] = (1, 1, 1), dim_ordering: str = "th", **kwargs: Any
    ) -> None:
        _theano_only(self)
        super().__init__(**kwargs)
        self.padding = tuple(padding)
        self.set_dim_ordering(dim_ordering)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return K.spatial_3d_padding(x, self.padding, self.dim_ordering)


# Their names in 0.1.3 and 0.2.
UpSample1D = UpSampling1D
UpSample2D = UpSampling2D
