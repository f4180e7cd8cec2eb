"""Every layer in a small model: what test_every_layer.py puts through its paces.

An entry says how to build the model and what it takes. Functions stand at the top of the
module, for models are pickled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from legacy_keras import backend as K
from legacy_keras.layers import containers, convolutional, recurrent
from legacy_keras.layers.advanced_activations import (
    ELU,
    LeakyReLU,
    ParametricSoftplus,
    PReLU,
    SReLU,
    ThresholdedLinear,
    ThresholdedReLU,
)
from legacy_keras.layers.core import (
    Activation,
    ActivityRegularization,
    AutoEncoder,
    Dense,
    Dropout,
    Flatten,
    Highway,
    Lambda,
    LambdaMerge,
    Layer,
    MaskedLambda,
    MaskedLayer,
    Masking,
    MaxoutDense,
    Merge,
    Permute,
    RepeatVector,
    Reshape,
    Siamese,
    TimeDistributedDense,
    TimeDistributedMerge,
    add_shared_layer,
)
from legacy_keras.layers.embeddings import Embedding, WordContextProduct
from legacy_keras.layers.noise import GaussianDropout, GaussianNoise
from legacy_keras.layers.normalization import LRN2D, BatchNormalization
from legacy_keras.layers.wrappers import TimeDistributed
from legacy_keras.models import Graph, Sequential

NB_SAMPLES = 4
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Entry:
    """A model to test.

    Attributes:
        build: makes it, with new weights each time.
        samples: the shape of one sample of each input.
        integers: the inputs are integers below this, for an Embedding.
        padded: the last steps of some samples are zeros, for masks.
        random: it draws noise in training.
        steps: it jumps somewhere, so that its gradient is not that of small differences.
        config: it can be made from its configuration.
    """

    build: Callable[[], Any]
    samples: tuple[Shape, ...]
    integers: int = 0
    padded: bool = False
    random: bool = False
    steps: bool = False
    config: bool = True

    def inputs(self, seed: int = 0) -> list[np.ndarray]:
        """Return an array of some samples for each input."""
        rng = np.random.RandomState(seed)
        arrays = []
        for sample in self.samples:
            shape = (NB_SAMPLES, *sample)
            if self.integers:
                array = rng.randint(1, self.integers, shape).astype("int32")
            else:
                array = 1.5 * rng.normal(size=shape).astype(K.floatx())
            if self.padded:
                array[0, -2:] = array[1, -1:] = 0
            arrays.append(array)
        return arrays

    def arguments(self, model: Any, seed: int = 0) -> Any:
        """Return what ``predict`` takes: an array, a list of them, or a Graph's dict."""
        arrays = self.inputs(seed)
        if isinstance(model, Graph):
            return dict(zip(model.input_order, arrays, strict=True))
        return arrays[0] if len(arrays) == 1 else arrays

    def tensors(self, seed: int = 0) -> Any:
        """Return what the module takes: a tensor, or a list of them."""
        tensors = [torch.from_numpy(array) for array in self.inputs(seed)]
        return tensors[0] if len(tensors) == 1 else tensors


def stack(*layers: Callable[..., Layer], **options: Any) -> Callable[[], Sequential]:
    """Return a function that builds a Sequential; the first layer gets the options."""
    first, *others = layers

    def build() -> Sequential:
        return Sequential([first(**options), *(layer() for layer in others)])

    return build


@dataclass(frozen=True)
class New:
    """A call of a layer class, kept for later, as are those among its arguments."""

    kind: type[Layer]
    args: tuple[Any, ...]
    options: dict[str, Any] = field(default_factory=dict)

    def __call__(self, **more: Any) -> Layer:
        args = [arg() if isinstance(arg, New) else arg for arg in self.args]
        return self.kind(*args, **self.options, **more)


def new(kind: type[Layer], *args: Any, **options: Any) -> New:
    return New(kind, args, options)


def of(kind: type[Layer], sample: Shape, *args: Any, then: Any = (), **options: Any) -> Entry:
    """Return the entry of one layer, possibly with others behind it."""
    flags = {f: options.pop(f) for f in ("random", "steps", "config", "padded") if f in options}
    build = stack(new(kind, *args, **options), *then, input_shape=sample)
    return Entry(build, (sample,), **flags)


def rnn(kind: type[Layer], *, then: Any = (), **options: Any) -> Entry:
    """Return the entry of a recurrent layer; a stateful one has its batch size fixed."""
    flags = {f: options.pop(f) for f in ("random", "padded") if f in options}
    sample = (4, 3)
    where: dict[str, Any] = {"input_dim": 3, "input_length": 4}
    if options.get("stateful"):
        where = {"batch_input_shape": (NB_SAMPLES, *sample)}
    return Entry(stack(new(kind, 5, **options, **where), *then), (sample,), **flags)


def embedding(*then: Any, random: bool = False, **options: Any) -> Entry:
    build = stack(new(Embedding, 7, 3, input_length=4, **options), *then)
    return Entry(build, ((4,),), integers=7, padded=True, random=random)


def branches(*outputs: int) -> list[Sequential]:
    """Return stacks that take 3 numbers each, and give so many."""
    return [Sequential([Dense(n, input_dim=3)]) for n in outputs]


def joined(layer: Callable[[], Layer], nb_inputs: int, *, config: bool = True) -> Entry:
    """Return the entry of a layer over several inputs of 3 numbers."""
    return Entry(lambda: Sequential([layer(), Dense(2)]), ((3,),) * nb_inputs, config=config)


# Functions for Lambda and LambdaMerge


def double(x: Tensor) -> Tensor:
    return 2.0 * x


def last_step(x: Tensor) -> Tensor:
    return x[:, -1]


def without_steps(shape: Any) -> Any:
    return shape[0], shape[2]


def difference(xs: list[Tensor]) -> Tensor:
    return torch.square(xs[0] - xs[1])


def total(tensors: dict[str, Tensor]) -> Tensor:
    return torch.stack(list(tensors.values())).sum(0)


# Models that take more than a line


def join_by_name() -> Sequential:
    named = [Sequential([Dense(4, input_dim=3, name=name)]) for name in ("left", "right")]
    for branch, name in zip(named, ("left", "right"), strict=True):
        branch.name = name
    return Sequential([Merge(named, mode="join"), Lambda(total, output_shape=(4,))])


def share_over_stacks() -> Sequential:
    left, right = (Sequential([Dense(4, input_dim=3)]) for _ in range(2))
    add_shared_layer(Dense(2), [left, right])
    return Sequential([Merge([left, right], mode="sum")])


def chain_graph(kind: type[containers.Graph] = Graph) -> Any:
    graph = kind()
    graph.add_input(name="in", input_shape=(3,))
    graph.add_node(Dense(4, activation="tanh"), name="hidden", input="in")
    graph.add_node(Dense(2), name="top", input="hidden")
    graph.add_output(name="out", input="top")
    return graph


def graph_with_merges() -> Graph:
    graph = Graph()
    graph.add_input(name="a", input_shape=(3,))
    graph.add_input(name="b", input_shape=(3,))
    graph.add_node(Dense(4), name="left", input="a")
    graph.add_node(Dense(4), name="right", input="b")
    graph.add_node(Activation("tanh"), name="both", inputs=["left", "right"], merge_mode="mul")
    graph.add_node(Dense(3), name="more", inputs=["left", "both"], merge_mode="concat")
    graph.add_output(name="out", inputs=["more", "more"], merge_mode="sum")
    return graph


def graph_with_shared_node() -> Graph:
    graph = Graph()
    graph.add_input(name="a", input_shape=(3,))
    graph.add_input(name="b", input_shape=(3,))
    graph.add_shared_node(Dense(4), name="shared", inputs=["a", "b"], merge_mode="concat")
    graph.add_node(Dense(2), name="top", input="shared")
    graph.add_output(name="out", input="top")
    return graph


def graph_with_shared_heads() -> Graph:
    graph = Graph()
    graph.add_input(name="a", input_shape=(3,))
    graph.add_input(name="b", input_shape=(3,))
    graph.add_shared_node(Dense(4), name="shared", inputs=["a", "b"], outputs=["sa", "sb"])
    graph.add_node(Dense(2), name="top", inputs=["sa", "sb"], merge_mode="sum")
    graph.add_output(name="out", input="top")
    return graph


def auto_encoder(output_reconstruction: bool) -> Callable[[], Sequential]:
    def build() -> Sequential:
        encoder = containers.Sequential([Dense(4, input_dim=3, activation="tanh"), Dense(2)])
        decoder = containers.Sequential([Dense(4, input_dim=2, activation="tanh"), Dense(3)])
        return Sequential([AutoEncoder(encoder, decoder, output_reconstruction)])

    return build


# Images and volumes in both orders of their axes

IMAGE: dict[str, Shape] = {"th": (2, 6, 5), "tf": (6, 5, 2)}
VOLUME: dict[str, Shape] = {"th": (2, 4, 5, 4), "tf": (4, 5, 4, 2)}
PENALISED = {"W_regularizer": "l2", "b_regularizer": "l1", "activity_regularizer": "activity_l2"}
CONSTRAINED = {"W_constraint": "maxnorm", "b_constraint": "nonneg"}

CORE = {
    "Layer": of(Layer, (3,), then=[new(Dense, 2)]),
    "MaskedLayer": of(MaskedLayer, (4, 3), then=[new(TimeDistributedDense, 2)]),
    "Dense": of(Dense, (3,), 4),
    "Dense, penalised": of(Dense, (3,), 4, activation="tanh", **PENALISED),
    "Dense, constrained": of(Dense, (3,), 4, **CONSTRAINED),
    **{
        f"Activation, {name}": of(Activation, (4,), name)
        for name in ("linear", "relu", "tanh", "sigmoid", "hard_sigmoid", "softplus", "softmax")
    },
    "Activation, softmax of steps": of(Activation, (4, 3), "softmax"),
    "Dropout": of(Dropout, (4,), 0.5, random=True),
    "Dropout, none": of(Dropout, (4,), 0.0),
    "Masking": of(Masking, (4, 3), padded=True, steps=True),
    "Masking, steps": of(
        Masking, (4, 3), then=[new(TimeDistributedDense, 2)], padded=True, steps=True
    ),
    "ActivityRegularization": of(
        ActivityRegularization, (3,), l1=0.1, l2=0.1, then=[new(Dense, 2)]
    ),
    "TimeDistributedDense": of(TimeDistributedDense, (4, 3), 2, activation="tanh", **PENALISED),
    "MaxoutDense": of(MaxoutDense, (3,), 4, nb_feature=2, **PENALISED),
    "Highway": of(Highway, (3,), activation="tanh", **PENALISED),
    "Reshape": of(Reshape, (2, 6), (3, 4)),
    "Reshape, rest": of(Reshape, (2, 6), (-1, 3)),
    "Permute": of(Permute, (2, 3, 4), (3, 1, 2)),
    "Flatten": of(Flatten, (2, 3, 4)),
    "RepeatVector": of(RepeatVector, (3,), 2),
    **{
        f"TimeDistributedMerge, {mode}": of(TimeDistributedMerge, (4, 3), mode)
        for mode in ("sum", "ave", "mul")
    },
    "Lambda": of(Lambda, (4, 3), last_step, output_shape=without_steps, config=False),
    "MaskedLambda": Entry(
        stack(new(Masking), new(MaskedLambda, double), new(recurrent.GRU, 2), input_shape=(4, 3)),
        ((4, 3),),
        padded=True,
        steps=True,
        config=False,
    ),
    "AutoEncoder": Entry(auto_encoder(True), ((3,),)),
    "AutoEncoder, code": Entry(auto_encoder(False), ((3,),)),
}

JOINED = {
    **{
        f"Merge, {mode}": joined(lambda mode=mode: Merge(branches(4, 4, 4), mode=mode), 3)
        for mode in ("sum", "mul", "ave", "concat")
    },
    "Merge, concat of different sizes": joined(lambda: Merge(branches(4, 2), "concat"), 2),
    "Merge, dot": joined(lambda: Merge(branches(4, 4), mode="dot", dot_axes=[[1], [1]]), 2),
    "Merge, cos": joined(lambda: Merge(branches(4, 4), mode="cos", dot_axes=[[1], [1]]), 2),
    "Merge, join": Entry(join_by_name, ((3,), (3,)), config=False),
    "LambdaMerge": joined(lambda: LambdaMerge(branches(4, 4), difference), 2, config=False),
    **{
        f"Siamese, {mode}": joined(
            lambda mode=mode: Siamese(Dense(2), branches(4, 4), merge_mode=mode), 2, config=False
        )
        for mode in ("sum", "mul", "ave", "concat")
    },
    "SiameseHead": Entry(share_over_stacks, ((3,), (3,)), config=False),
}

CONTAINERS = {
    "Sequential in Sequential": Entry(
        lambda: Sequential(
            [containers.Sequential([Dense(4, input_dim=3), Activation("tanh")]), Dense(2)]
        ),
        ((3,),),
    ),
    "Graph in Sequential": Entry(
        lambda: Sequential([chain_graph(containers.Graph), Dense(2)]), ((3,),)
    ),
    "Graph": Entry(chain_graph, ((3,),)),
    "Graph, merging": Entry(graph_with_merges, ((3,), (3,))),
    "Graph, shared node": Entry(graph_with_shared_node, ((3,), (3,)), config=False),
    "Graph, shared node with heads": Entry(graph_with_shared_heads, ((3,), (3,)), config=False),
}

# What 0.3.3 forgets to write into the configuration, of UpSampling and ZeroPadding.
FORGETFUL = ("UpSampling2D", "UpSampling3D", "ZeroPadding2D", "ZeroPadding3D")

CONVOLUTIONAL = {
    **{
        f"Convolution1D, {mode}, stride {stride}": of(
            convolutional.Convolution1D,
            (6, 3),
            2,
            3,
            border_mode=mode,
            subsample_length=stride,
            **PENALISED,
        )
        for mode in ("valid", "same")
        for stride in (1, 2)
    },
    **{
        f"Convolution2D, {order}, {mode}, stride {stride}": of(
            convolutional.Convolution2D,
            IMAGE[order],
            3,
            3,
            2,
            border_mode=mode,
            dim_ordering=order,
            subsample=(stride, stride),
            activation="tanh",
        )
        for order in ("th", "tf")
        for mode in ("valid", "same")
        for stride in (1, 2)
    },
    **{
        f"Convolution3D, {order}, {mode}": of(
            convolutional.Convolution3D,
            VOLUME[order],
            2,
            2,
            3,
            2,
            border_mode=mode,
            dim_ordering=order,
        )
        for order in ("th", "tf")
        for mode in ("valid", "same")
    },
    **{
        f"{kind}Pooling1D": of(getattr(convolutional, f"{kind}Pooling1D"), (6, 3), 3, stride=2)
        for kind in ("Max", "Average")
    },
    **{
        f"{kind}Pooling2D, {order}, {mode}": of(
            getattr(convolutional, f"{kind}Pooling2D"),
            IMAGE[order],
            (3, 2),
            strides=(2, 1),
            border_mode=mode,
            dim_ordering=order,
        )
        for kind in ("Max", "Average")
        for order in ("th", "tf")
        for mode in ("valid", "same")
    },
    **{
        f"{kind}Pooling3D, {order}": of(
            getattr(convolutional, f"{kind}Pooling3D"), VOLUME[order], dim_ordering=order
        )
        for kind in ("Max", "Average")
        for order in ("th", "tf")
    },
    "UpSampling1D": of(convolutional.UpSampling1D, (3, 2), 2),
    "ZeroPadding1D": of(convolutional.ZeroPadding1D, (3, 2), 2),
    **{
        f"{name}, {order}": of(
            getattr(convolutional, name),
            (IMAGE if name.endswith("2D") else VOLUME)[order],
            dim_ordering=order,
            config=order == "th",
        )
        for name in FORGETFUL
        for order in ("th", "tf")
    },
}

KINDS = {
    "SimpleRNN": recurrent.SimpleRNN,
    "GRU": recurrent.GRU,
    "LSTM": recurrent.LSTM,
    "JZS1": recurrent.JZS1,
    "JZS2": recurrent.JZS2,
    "JZS3": recurrent.JZS3,
    "SimpleDeepRNN": recurrent.SimpleDeepRNN,
}
DROPPING = {"dropout_W": 0.3, "dropout_U": 0.2, "random": True}

RECURRENT = {
    **{name: rnn(kind) for name, kind in KINDS.items()},
    **{f"{n}, sequences": rnn(kind, return_sequences=True) for n, kind in KINDS.items()},
    **{
        f"{n}, backwards": rnn(kind, return_sequences=True, go_backwards=True)
        for n, kind in KINDS.items()
    },
    **{f"{n}, stateful": rnn(kind, stateful=True) for n, kind in KINDS.items()},
    **{f"{n}, dropout": rnn(KINDS[n], **DROPPING) for n in ("SimpleRNN", "GRU", "LSTM")},
    **{
        f"{n}, masked": Entry(
            stack(new(Masking), new(kind, 5, return_sequences=True), input_shape=(4, 3)),
            ((4, 3),),
            padded=True,
            steps=True,
        )
        for n, kind in KINDS.items()
    },
    "LSTM, penalised": rnn(
        recurrent.LSTM, W_regularizer="l2", U_regularizer="l1", b_regularizer="l2"
    ),
}

OTHERS = {
    "Embedding": embedding(),
    "Embedding, penalised": embedding(W_regularizer="l2", W_constraint="unitnorm"),
    "Embedding, masked": embedding(new(recurrent.LSTM, 4), mask_zero=True),
    "Embedding, dropout": embedding(dropout=0.3, random=True),
    "WordContextProduct": Entry(stack(new(WordContextProduct, 7, 3)), ((2,),), integers=7),
    "BatchNormalization": of(BatchNormalization, (3,)),
    "BatchNormalization, channels": of(BatchNormalization, IMAGE["th"], axis=1),
    "BatchNormalization, by sample": of(BatchNormalization, (4,), mode=1),
    "LRN2D": of(LRN2D, (6, 3, 2), alpha=0.5, n=3),
    "GaussianNoise": of(GaussianNoise, (4,), 0.5, random=True),
    "GaussianDropout": of(GaussianDropout, (4,), 0.3, random=True),
    "LeakyReLU": of(LeakyReLU, (4,), alpha=0.2),
    "PReLU": of(PReLU, (4,)),
    "ELU": of(ELU, (4,), alpha=0.7),
    "ParametricSoftplus": of(ParametricSoftplus, (4,)),
    "ThresholdedLinear": of(ThresholdedLinear, (4,), theta=0.5),
    "ThresholdedReLU": of(ThresholdedReLU, (4,), theta=0.5),
    # Its configuration has no input shape, as in 0.3.3.
    "SReLU": of(Layer, (4,), then=[new(SReLU)]),
    "TimeDistributed, Dense": of(TimeDistributed, (4, 3), new(Dense, 2)),
    "TimeDistributed, fixed batch": Entry(
        lambda: Sequential(
            [TimeDistributed(Dense(2), batch_input_shape=(NB_SAMPLES, 4, 3)), Flatten()]
        ),
        ((4, 3),),
    ),
    "TimeDistributed, images": of(
        TimeDistributed, (3, *IMAGE["th"]), new(convolutional.Convolution2D, 2, 3, 2)
    ),
}

CATALOGUE: dict[str, Entry] = {
    **CORE,
    **JOINED,
    **CONTAINERS,
    **CONVOLUTIONAL,
    **RECURRENT,
    **OTHERS,
}
