"""Layers of users, the traps of torch.nn.Module, names, weights."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import catalogue
import numpy as np
import pytest
import torch
from torch import Tensor, nn

from legacy_keras import backend as K
from legacy_keras.layers import containers
from legacy_keras.layers.core import (
    Activation,
    AutoEncoder,
    Dense,
    Layer,
    Merge,
    Siamese,
    TimeDistributedDense,
)
from legacy_keras.layers.normalization import BatchNormalization
from legacy_keras.layers.recurrent import GRU
from legacy_keras.layers.wrappers import TimeDistributed
from legacy_keras.models import Graph, Sequential


class Scale(Layer):
    """A layer as one wrote them in 2015: all is set before the base class knows of it."""

    def __init__(self, start: float, **kwargs: Any) -> None:
        self.start = start
        self.offset = K.variable(1.0)
        self.inner = Activation("tanh")
        super().__init__(**kwargs)

    def build(self) -> None:
        self.factor = K.variable(self.start * np.ones(self.input_shape[1]))
        self.trainable_weights = [self.factor]

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        return self.inner(x * self.factor) + self.offset


class TestUsersLayers:
    def test_attributes_may_be_set_before_the_base_class_is_initialised(self) -> None:
        layer = Scale(2.0, input_shape=(3,))

        assert layer.start == 2.0
        assert dict(layer.named_children()) == {"inner": layer.inner}
        assert set(dict(layer.named_parameters())) == {"factor", "offset"}

    def test_a_layer_with_forward_trains_in_a_model(self) -> None:
        model = Sequential([Scale(0.5, input_shape=(3,)), Dense(2)])
        model.compile("sgd", "mse")
        before = model.get_weights()

        model.fit(np.ones((8, 3)), np.ones((8, 2)), nb_epoch=1, verbose=0)

        moved = [bool((a != b).any()) for a, b in zip(before, model.get_weights(), strict=True)]
        assert moved == [True, True, True]
        assert float(model.layers[0].offset) == 1.0  # not among the trainable weights

    def test_help_shows_the_arguments_of_the_class(self) -> None:
        assert [*inspect.signature(Scale).parameters] == ["start", "kwargs"]
        assert [*inspect.signature(Dense).parameters][:2] == ["output_dim", "init"]
        assert [*inspect.signature(Dense(2)).parameters] == ["args", "kwargs"]  # to call it

    def test_an_attribute_error_in_a_property_is_reported_as_itself(self) -> None:
        class Broken(Layer):
            @property
            def output_shape(self) -> Any:
                return self.no_such_thing

        with pytest.raises(AttributeError, match=r"'Broken' object has no .* 'no_such_thing'"):
            Broken(input_shape=(3,)).output_shape  # noqa: B018

    def test_a_missing_attribute_is_reported_as_missing(self) -> None:
        with pytest.raises(AttributeError, match="'Dense' object has no attribute 'bias'"):
            Dense(2).bias  # noqa: B018

    def test_a_layer_may_keep_the_previous_one_without_owning_it(self) -> None:
        first, second = Dense(3, input_dim=2), Dense(4)

        second.set_previous(first)

        assert second.previous is first
        assert list(second.children()) == []

    def test_a_weight_can_be_replaced_by_something_else_and_back(self) -> None:
        layer = Dense(2, input_dim=3)
        weight = layer.W

        layer.W = "gone"
        assert layer.W == "gone"
        assert set(dict(layer.named_parameters())) == {"b"}
        layer.W = weight
        assert layer.W is weight
        assert set(dict(layer.named_parameters())) == {"b", "W"}

    def test_names_default_to_the_class_in_lower_case(self) -> None:
        assert Dense(2).name == "dense"
        assert Dense(2, name="My layer").name == "My layer"
        assert TimeDistributedDense(2, input_dim=3).W.name == "timedistributeddense_W"


def stack_of_two() -> Sequential:
    return Sequential([Dense(2, input_dim=3), Activation("tanh"), Dense(1)])


def awkward_graph() -> Graph:
    graph = Graph()
    graph.add_input(name="in", input_shape=(3,))
    graph.add_node(Dense(3), name="a.b", input="in")
    graph.add_node(Dense(3), name="keys", input="a.b")
    graph.add_output(name="out", input="keys")
    return graph


def merged() -> Sequential:
    branches = [Sequential([Dense(2, input_dim=3)]) for _ in range(2)]
    return Sequential([Merge(branches, mode="sum"), Dense(1)])


def encoding() -> Sequential:
    encoder = containers.Sequential([Dense(2, input_dim=3)])
    return Sequential([AutoEncoder(encoder, containers.Sequential([Dense(3, input_dim=2)]))])


def shared() -> Sequential:
    branches = [Sequential([Dense(2, input_dim=3)]) for _ in range(2)]
    return Sequential([Siamese(Dense(1), branches, merge_mode="sum")])


NAMES: dict[str, tuple[Callable[[], Any], str]] = {
    "Sequential": (stack_of_two, "0.W 0.b 2.W 2.b"),
    "Graph": (catalogue.chain_graph, "hidden.W hidden.b top.W top.b"),
    "Graph, awkward names": (awkward_graph, "a_b.W a_b.b keys.W keys.b"),
    "nested": (
        lambda: Sequential([containers.Sequential([Dense(2, input_dim=3)]), Dense(1)]),
        "0.0.W 0.0.b 1.W 1.b",
    ),
    "Merge": (merged, "0.0.0.W 0.0.0.b 0.1.0.W 0.1.0.b 1.W 1.b"),
    "AutoEncoder": (encoding, "0.encoder.0.W 0.encoder.0.b 0.decoder.0.W 0.decoder.0.b"),
    "Siamese": (shared, "0.layer.W 0.layer.b 0.0.0.W 0.0.0.b 0.1.0.W 0.1.0.b"),
    "BatchNormalization": (
        lambda: Sequential([BatchNormalization(input_shape=(3,))]),
        "0.gamma 0.beta 0.running_mean 0.running_std",
    ),
    "TimeDistributed": (
        lambda: Sequential([TimeDistributed(Dense(2), input_shape=(4, 3))]),
        "0.layer.W 0.layer.b",
    ),
    "GRU": (
        lambda: Sequential([GRU(2, input_shape=(4, 3))]),
        "0.W_z 0.U_z 0.b_z 0.W_r 0.U_r 0.b_r 0.W_h 0.U_h 0.b_h",
    ),
}


@pytest.mark.parametrize(("build", "names"), NAMES.values(), ids=NAMES)
def test_parameters_have_readable_names(build: Callable[[], Any], names: str) -> None:
    model = build()
    assert set(model.state_dict()) == set(names.split())

    model.compile("sgd", {"out": "mse"} if isinstance(model, Graph) else "mse")

    assert set(model.state_dict()) == set(names.split())
    assert all(isinstance(value, Tensor) for value in model.state_dict().values())


class TestWeights:
    def test_get_weights_returns_copies(self) -> None:
        layer = Dense(2, input_dim=3)
        layer.get_weights()[0][:] = 9

        assert (layer.get_weights()[0] != 9).all()

    @pytest.mark.parametrize(
        ("weights", "message"),
        [
            ([np.ones((3, 2))], r"\(2 layer params vs. 1 provided weights\) of 'first'"),
            (
                [np.ones((3, 2)), np.ones(3)],
                r"Layer weight shape \(2,\) not compatible with provided weight shape \(3,\), in "
                "layer 'first'",
            ),
        ],
        ids=["too few", "another shape"],
    )
    def test_weights_that_do_not_fit_are_refused_and_change_nothing(
        self, weights: list[np.ndarray], message: str
    ) -> None:
        layer = Dense(2, input_dim=3, name="first")
        before = layer.get_weights()

        with pytest.raises(ValueError, match=message):
            layer.set_weights(weights)

        for a, b in zip(before, layer.get_weights(), strict=True):
            np.testing.assert_array_equal(a, b)

    def test_the_weights_argument_is_loaded_once_the_layer_is_built(self) -> None:
        W, b = np.full((3, 2), 0.5), np.full(2, 0.25)

        model = Sequential([Dense(3, input_dim=1), Dense(2, weights=[W, b])])

        np.testing.assert_array_equal(model.layers[1].get_weights()[0], W)
        np.testing.assert_array_equal(model.layers[1].get_weights()[1], b)

    def test_count_params_counts_what_training_changes(self) -> None:
        assert Dense(2, input_dim=3).count_params() == 8
        assert BatchNormalization(input_shape=(3,)).count_params() == 6

    def test_a_layer_that_is_not_trainable_stays_until_compiled_otherwise(self) -> None:
        model = Sequential([Dense(2, input_dim=3, trainable=False), Dense(1)])
        model.compile("sgd", "mse")
        X, y = np.ones((4, 3)), np.full((4, 1), 5.0)
        first, second = model.layers[0].get_weights()[0], model.layers[1].get_weights()[0]

        model.layers[0].trainable = True
        model.train_on_batch(X, y)
        np.testing.assert_array_equal(model.layers[0].get_weights()[0], first)
        assert (model.layers[1].get_weights()[0] != second).any()

        model.compile("sgd", "mse")
        model.train_on_batch(X, y)
        assert (model.layers[0].get_weights()[0] != first).any()


class TestShapes:
    def test_an_unconnected_layer_has_no_input_shape(self) -> None:
        with pytest.raises(ValueError, match=r'not connected. Did you forget .* "input_shape"'):
            Dense(2).input_shape  # noqa: B018

    def test_batch_input_shape_fixes_the_number_of_samples(self) -> None:
        assert Dense(2, batch_input_shape=(5, 3)).output_shape == (5, 2)
        assert Dense(2, input_shape=(3,)).output_shape == (None, 2)

    def test_connecting_anew_makes_new_weights_unless_told_otherwise(self) -> None:
        layer = Dense(2, input_dim=3)
        before = layer.W

        layer.set_previous(Dense(3, input_dim=1), reset_weights=False)
        assert layer.W is before
        layer.set_previous(Dense(4, input_dim=1))
        assert tuple(layer.W.shape) == (4, 2)
        with pytest.raises(ValueError, match="Cannot connect layers without resetting weights"):
            layer.set_previous(Dense(5, input_dim=1), reset_weights=False)

    def test_an_input_layer_can_be_disconnected_again(self) -> None:
        layer = Dense(2, input_dim=3)
        layer.set_previous(Dense(3, input_dim=1))

        layer.clear_previous()

        assert layer.input_layers == [layer]
        with pytest.raises(ValueError, match="Cannot clear previous for non-input layers"):
            Dense(2).clear_previous()


def test_a_model_is_a_module_that_can_be_a_part_of_another() -> None:
    model = stack_of_two()
    whole = nn.Sequential(nn.Linear(5, 3), model)
    optimizer = torch.optim.SGD([p.requires_grad_() for p in whole.parameters()], lr=0.1)
    before = model.get_weights()[0]

    whole(torch.ones(2, 5)).sum().backward()
    optimizer.step()

    assert (model.get_weights()[0] != before).any()
