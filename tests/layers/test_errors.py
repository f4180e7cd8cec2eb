"""Layers that do not fit, or get wrong arguments: said early, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from catalogue import NB_SAMPLES

from legacy_keras._settings import settings
from legacy_keras.layers.convolutional import (
    AveragePooling1D,
    Convolution1D,
    Convolution2D,
    Convolution3D,
    MaxPooling1D,
    MaxPooling2D,
    MaxPooling3D,
    UpSampling2D,
    ZeroPadding2D,
)
from legacy_keras.layers.core import (
    Activation,
    Dense,
    Dropout,
    Flatten,
    Lambda,
    LambdaMerge,
    Merge,
    Reshape,
    Siamese,
    TimeDistributedMerge,
)
from legacy_keras.layers.embeddings import Embedding
from legacy_keras.layers.normalization import BatchNormalization
from legacy_keras.layers.recurrent import GRU, LSTM, SimpleRNN
from legacy_keras.layers.wrappers import TimeDistributed
from legacy_keras.models import Sequential


def compile_with(*layers: Any) -> None:
    Sequential(list(layers)).compile("sgd", "mse")


def branches(*sizes: int) -> list[Sequential]:
    return [Sequential([Dense(size, input_dim=3)]) for size in sizes]


# What is done, the exception of 0.3.3, and what is said.
Case = tuple[Callable[[], Any], type[Exception], str]
BUILDING: dict[str, Case] = {
    "unknown keyword": (
        lambda: Dense(4, input_dim=3, units=4),
        AssertionError,
        "Keyword argument not understood: units. Dense takes its own arguments and "
        "batch_input_shape, cache_enabled, input_shape, name, trainable",
    ),
    "first layer without a shape": (
        lambda: Sequential([Dense(4)]).output_shape,
        Exception,
        'Layer is not connected. Did you forget to set "input_shape"',
    ),
    "input_shape as a number": (
        lambda: Dense(4, input_shape=3),
        TypeError,
        r"input_shape got 3; expected a tuple without the samples axis, such as \(3,\)",
    ),
    "unknown activation": (
        lambda: Dense(4, activation="sigmod"),
        Exception,
        "Invalid activation function: sigmod. Did you mean 'sigmoid'",
    ),
    "unknown initialization": (
        lambda: Dense(4, init="glorot"),
        Exception,
        "Invalid initialization: glorot",
    ),
    "unknown regularizer": (
        lambda: Dense(4, W_regularizer="l3"),
        Exception,
        "Invalid regularizer: l3. Known names: .* l1, l1l2, l2",
    ),
    "unknown constraint": (
        lambda: Dense(4, b_constraint="MaxNrom"),
        Exception,
        "Invalid constraint: MaxNrom. Did you mean 'MaxNorm'",
    ),
    "too many axes": (
        lambda: Sequential([GRU(4, input_shape=(5, 3), return_sequences=True), Dense(2)]),
        AssertionError,
        r"layer expected input with ndim=2 but previous layer has output_shape \(None, 5, 4\)",
    ),
    "too few axes": (
        lambda: LSTM(4, batch_input_shape=(None, 3)),
        Exception,
        r"Layer expects input ndim=3, was provided with input shape \(None, 3\)",
    ),
    "mask into a layer without masks": (
        lambda: Sequential([Embedding(5, 3, mask_zero=True, input_length=4), Flatten()]),
        AssertionError,
        "Cannot connect non-masking layer to layer with masked output: Flatten ignores masks, "
        "and Embedding makes one",
    ),
    "Convolution border_mode": (
        lambda: Convolution1D(2, 3, border_mode="full"),
        Exception,
        "Invalid border mode for Convolution1D: 'full'; expected 'valid' or 'same'",
    ),
    "pooling border_mode": (
        lambda: MaxPooling2D(border_mode="full"),
        AssertionError,
        "border_mode must be in {valid, same}; got 'full'",
    ),
    "dim_ordering of Convolution2D": (
        lambda: Convolution2D(2, 3, 3, dim_ordering="xx"),
        AssertionError,
        "dim_ordering must be in {tf, th}; got 'xx'",
    ),
    "dim_ordering of UpSampling2D": (
        lambda: UpSampling2D(dim_ordering="xx"),
        AssertionError,
        "dim_ordering must be in {tf, th}; got 'xx'",
    ),
    "dim_ordering of ZeroPadding2D": (
        lambda: ZeroPadding2D(dim_ordering="xx"),
        AssertionError,
        "dim_ordering must be in {tf, th}; got 'xx'",
    ),
    "Flatten without all sizes": (
        lambda: Flatten(input_shape=(None, 3)).output_shape,
        Exception,
        r'input to "Flatten" is not fully defined \(got \(None, 3\)',
    ),
    "Reshape to another size": (
        lambda: Reshape((4, 2), input_shape=(3,)).output_shape,
        ValueError,
        r"total size of new array must be unchanged; Reshape got dims=\(4, 2\)",
    ),
    "Reshape with two open sizes": (
        lambda: Reshape((-1, -1), input_shape=(4,)).output_shape,
        ValueError,
        "can only specify one unknown dimension",
    ),
    "Reshape of an unknown length": (
        lambda: Sequential([Embedding(5, 2), Reshape((3, 4))]).output_shape,
        TypeError,
        r"samples of shape \(None, 2\); all sizes must be known. An Embedding .* input_length",
    ),
    "stateful without a batch size": (
        lambda: GRU(4, input_shape=(5, 3), stateful=True),
        Exception,
        r"If a RNN is stateful, a complete input_shape must be provided \(including batch size\)",
    ),
    "reset_states of a layer without states": (
        lambda: SimpleRNN(4, input_shape=(5, 3)).reset_states(),
        AssertionError,
        r"Layer must be stateful. Make it with SimpleRNN\(stateful=True\)",
    ),
    "BatchNormalization mode": (
        lambda: BatchNormalization(mode=2),
        Exception,
        "BatchNormalization got mode=2; expected 0, by feature, or 1, by sample",
    ),
    "TimeDistributed over too few axes": (
        lambda: TimeDistributed(Dense(2), input_shape=(3,)),
        AssertionError,
        r"at least 3 axes; got the shape \(None, 3\)",
    ),
    "Lambda output_shape": (
        lambda: Lambda(abs, output_shape=3),
        AssertionError,
        "In Lambda, `output_shape` must be a list, a tuple, or a function; got 3",
    ),
    "Lambda output_shape function": (
        lambda: Lambda(abs, output_shape=len, input_shape=(3,)).output_shape,
        ValueError,
        r"the `output_shape` function must return a tuple; got 2 for the input shape \(None, 3\)",
    ),
    "weights of another shape": (
        lambda: Dense(4, input_dim=3, weights=[np.ones((3, 3)), np.ones(4)]),
        Exception,
        r"Layer weight shape \(3, 4\) not compatible with provided weight shape \(3, 3\)",
    ),
    "a class instead of a layer": (
        lambda: Sequential([Dense]),
        TypeError,
        r"Sequential.add\(\) expects a layer such as Dense\(10\); got a layer class",
    ),
    "a function instead of a layer": (
        lambda: Sequential([abs]),
        TypeError,
        r"Sequential.add\(\) expects a layer such as Dense\(10\); got <built-in function abs>",
    ),
}
MERGING: dict[str, Case] = {
    "one layer": (
        lambda: Merge(branches(2), mode="sum"),
        Exception,
        r"two or more input layers \(or containers\) to merge; got 1",
    ),
    "one layer of a LambdaMerge": (
        lambda: LambdaMerge(branches(2), sum),
        Exception,
        r"two or more input layers \(or containers\) to merge; got 1",
    ),
    "unknown mode": (
        lambda: Merge(branches(2, 2), mode="max"),
        Exception,
        "Invalid merge mode: max; expected one of sum, mul, concat, ave, join, cos, dot",
    ),
    "unknown mode of a Siamese": (
        lambda: Siamese(Dense(2), branches(2, 2), merge_mode="max"),
        Exception,
        "Invalid merge mode: max; expected None or one of sum",
    ),
    "shapes to sum": (
        lambda: Merge(branches(2, 4), mode="sum"),
        Exception,
        r"same output shape can be merged using sum mode. Layer shapes: \[\(None, 2\), \(None, 4",
    ),
    "shapes to concatenate": (
        lambda: Merge(branches(2, 4), mode="concat", concat_axis=0),
        Exception,
        '"concat" mode can only merge layers with matching output shapes except for the concat',
    ),
    "cos of three": (
        lambda: Merge(branches(2, 2, 2), mode="cos", dot_axes=[[1], [1]]),
        Exception,
        "cos merge takes exactly 2 layers; got 3",
    ),
    "dot of three": (
        lambda: Merge(branches(2, 2, 2), mode="dot"),
        Exception,
        "dot merge takes exactly 2 layers; got 3",
    ),
    "dot_axes of another type": (
        lambda: Merge(branches(2, 2), mode="dot", dot_axes="1"),
        Exception,
        "Invalid type for dot_axes - should be a list; got '1'",
    ),
    "dot_axes of another length": (
        lambda: Merge(branches(2, 2), mode="dot", dot_axes=[[1]]),
        Exception,
        r"Invalid format for dot_axes - should contain two elements; got \[\[1\]\]",
    ),
    "dot_axes that are no lists": (
        lambda: Merge(branches(2, 2), mode="dot", dot_axes=[1, 1]),
        Exception,
        'Invalid format for dot_axes - list elements should have type "list" or "tuple"',
    ),
    "sizes that do not multiply": (
        lambda: Merge(branches(2, 4), mode="dot", dot_axes=[[1], [1]]),
        Exception,
        r"Dimension incompatibility using dot mode: 2 != 4. Layer shapes: \(None, 2\), \(None, 4",
    ),
    "join without names": (
        lambda: Merge(branches(2, 2), mode="join"),
        ValueError,
        'merge_mode="join" only works with named inputs; give the Sequential a name',
    ),
}
# 0.3.3 checks these when the model is compiled.
COMPILING: dict[str, Case] = {
    "Dropout of everything": (
        lambda: compile_with(Dropout(1.0, input_shape=(3,))),
        Exception,
        r"Dropout level must be in interval \[0, 1\[; got p=1.0",
    ),
    "softmax of images": (
        lambda: compile_with(Activation("softmax", input_shape=(2, 3, 4))),
        Exception,
        "Cannot apply softmax to a tensor that is not 2D or 3D. Here, ndim=4",
    ),
    "unknown merge of time steps": (
        lambda: compile_with(TimeDistributedMerge("max", input_shape=(4, 3))),
        Exception,
        "Unknown merge mode: 'max'; TimeDistributedMerge takes 'sum', 'ave' or 'mul'",
    ),
    "same with strides longer than the window": (
        lambda: compile_with(
            Convolution2D(2, 2, 2, border_mode="same", subsample=(3, 3), input_shape=(1, 6, 6))
        ),
        AssertionError,
        "strides should be smaller than the convolution window",
    ),
    "same with strides in 3D": (
        lambda: compile_with(
            Convolution3D(
                2, 2, 2, 2, border_mode="same", subsample=(2, 2, 2), input_shape=(1, 4, 4, 4)
            )
        ),
        AssertionError,
        r"in 3D only \(1, 1, 1\) goes with it",
    ),
    "same in MaxPooling3D": (
        lambda: compile_with(MaxPooling3D(border_mode="same", input_shape=(1, 4, 4, 4))),
        Exception,
        "border_mode='same' is not supported by 3D pooling",
    ),
    "same in MaxPooling1D": (
        lambda: compile_with(MaxPooling1D(border_mode="same", input_shape=(4, 3))),
        AssertionError,
        "MaxPooling1D got border_mode='same', which fails on Theano",
    ),
    "same in AveragePooling1D": (
        lambda: compile_with(AveragePooling1D(border_mode="same", input_shape=(4, 3))),
        AssertionError,
        "AveragePooling1D got border_mode='same', which fails on Theano",
    ),
}


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [*BUILDING.values(), *MERGING.values(), *COMPILING.values()],
    ids=[*BUILDING, *MERGING, *COMPILING],
)
def test_a_mistake_is_named_by_an_exception_that_0_3_3_raised(
    make: Callable[[], Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        make()

    # Where 0.3.3 raised a bare Exception or failed an assertion, it is a ValueError now.
    expected = kind if kind not in (Exception, AssertionError) else ValueError
    assert isinstance(caught.value, expected)


def test_a_layer_that_does_not_fit_leaves_the_stack_as_it_was() -> None:
    model = Sequential([Dense(4, input_dim=3)])

    with pytest.raises(ValueError, match="Incompatible shapes"):
        model.add(GRU(2))

    assert len(model.layers) == 1
    assert model.output_shape == (None, 4)


def test_a_stateful_layer_names_the_batch_size_that_it_was_built_for() -> None:
    model = Sequential([GRU(2, stateful=True, batch_input_shape=(NB_SAMPLES, 5, 3))])
    model.compile("sgd", "mse")

    with pytest.raises(ValueError, match="'gru' was built for batches of 4 samples; got 3"):
        model.predict(np.ones((3, 5, 3)))


def test_a_simple_rnn_with_a_lone_regularizer_of_u_is_built_on_request(monkeypatch: Any) -> None:
    def build() -> Sequential:
        return Sequential([SimpleRNN(2, U_regularizer="l2", input_shape=(4, 3))])

    with pytest.raises(ValueError, match=r"settings.simplernn_regularizers = True"):
        build()
    monkeypatch.setattr(settings, "simplernn_regularizers", True)

    assert len(build().regularizers) == 1
