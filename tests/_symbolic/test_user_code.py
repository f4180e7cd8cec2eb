"""Layers, losses and optimizers as users wrote them in 2015 train through fit."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import torch

from legacy_keras import backend as K
from legacy_keras.backend import theano_backend
from legacy_keras.constraints import Constraint
from legacy_keras.layers.core import (
    Activation,
    Dense,
    Dropout,
    Lambda,
    LambdaMerge,
    Layer,
    MaskedLayer,
    Masking,
)
from legacy_keras.layers.recurrent import SimpleRNN
from legacy_keras.models import Graph, Sequential
from legacy_keras.optimizers import SGD, Optimizer
from legacy_keras.regularizers import Regularizer

X = np.random.RandomState(0).normal(size=(12, 3)).astype("float32")
Y = np.random.RandomState(1).normal(size=(12, 2)).astype("float32")


class PulledDense(Layer):
    """Dense as a user would write it."""

    calls = 0

    def __init__(self, output_dim: int, **kwargs: Any) -> None:
        self.output_dim = output_dim  # before super().__init__(), as one did
        super().__init__(**kwargs)

    def build(self) -> None:
        shape = (self.input_shape[1], self.output_dim)
        self.W = K.variable(np.random.uniform(-0.5, 0.5, shape))
        self.b = K.zeros((self.output_dim,))
        self.scaled = self.W * 2.0  # an expression of a variable
        self.trainable_weights = [self.W, self.b]

    @property
    def output_shape(self) -> Any:
        return self.input_shape[0], self.output_dim

    def get_output(self, train: bool = False) -> Any:
        type(self).calls += 1
        return K.dot(self.get_input(train), self.scaled) / 2.0 + self.b


class TanhDense(Dense):
    """A layer of ours, with something after it."""

    def get_output(self, train: bool = False) -> Any:
        return K.tanh(super().get_output(train))


class Counter(Layer):
    """Counts training batches by an update."""

    def build(self) -> None:
        self.count = K.zeros((1,))
        self.non_trainable_weights = [self.count]
        self.updates = [(self.count, self.count + 1.0)]

    def get_output(self, train: bool = False) -> Any:
        return self.get_input(train)


def fitted(layers: list[Layer], optimizer: Any = None, loss: Any = "mse") -> Any:
    model = Sequential(layers)
    model.compile(optimizer or SGD(lr=0.1), loss)
    model.fit(X, Y, batch_size=4, nb_epoch=2, verbose=0, shuffle=False)
    return model


def test_a_layer_by_get_output_trains_like_ours() -> None:
    model = fitted([PulledDense(2, input_shape=(3,))])
    ours = Sequential([Dense(2, input_dim=3)])
    ours.compile(SGD(lr=0.1), "mse")
    np.random.seed(1337)
    start = Sequential([PulledDense(2, input_shape=(3,))]).get_weights()
    ours.set_weights(start)
    model.set_weights(start)

    for m in (model, ours):
        m.fit(X, Y, batch_size=4, nb_epoch=2, verbose=0, shuffle=False)

    for a, b in zip(model.get_weights(), ours.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_get_output_is_called_at_compile_and_not_for_every_batch() -> None:
    model = Sequential([PulledDense(2, input_shape=(3,))])
    model.compile("sgd", "mse")
    PulledDense.calls = 0

    model.fit(X, Y, batch_size=2, nb_epoch=3, verbose=0)

    assert PulledDense.calls == 0


def test_a_subclass_of_ours_may_call_get_output_of_its_base() -> None:
    np.random.seed(2)
    model = fitted([TanhDense(2, input_dim=3)])
    np.random.seed(2)
    ours = fitted([Dense(2, input_dim=3, activation="tanh")])

    np.testing.assert_allclose(model.predict(X), ours.predict(X), rtol=1e-5)


class Twice:
    """Doubles the output of the layer that it is mixed into."""

    def get_output(self, train: bool = False) -> Any:
        return 2 * super().get_output(train)  # type: ignore[misc]


class TwiceDense(Twice, Dense):
    """A layer of ours behind a mixin."""


def test_the_get_output_of_a_mixin_wins_over_the_layer_behind_it() -> None:
    model = Sequential([TwiceDense(2, input_dim=3, init="one")])
    model.compile("sgd", "mse")

    np.testing.assert_array_equal(model.predict(np.ones((1, 3))), [[6, 6]])


class Declared(Layer):
    """Says at the top which weight and layers it will have, one by the name of a method."""

    W: Any = None
    inner: Any = None

    def build(self) -> None:
        self.W = K.variable(np.full((3, 2), 2.0))
        self.inner = Dense(2, input_dim=2, init="one")
        self.forward = Dense(3, input_shape=self.input_shape[1:], init="one")
        self.trainable_weights = [self.W, *self.inner.trainable_weights]

    @property
    def output_shape(self) -> Any:
        return self.input_shape[0], 2

    def get_output(self, train: bool = False) -> Any:
        x = self.forward(self.get_input(train))
        return self.inner(K.dot(x, self.W))


def test_names_of_weights_and_layers_may_be_in_use_in_the_class() -> None:
    model = Sequential([Declared(input_shape=(3,))])
    model.compile("sgd", "mse")

    for again in (model, copy.deepcopy(model)):
        np.testing.assert_array_equal(again.predict(np.ones((1, 3))), [[36, 36]])
        again.train_on_batch(np.ones((1, 3)), np.zeros((1, 2)))
        assert (again.predict(np.ones((1, 3))) != 36).all()
    assert "0.W" in model.state_dict()


def test_updates_of_a_users_layer_are_applied_once_a_training_batch() -> None:
    model = fitted([Dense(2, input_dim=3), Counter()])

    model.predict(X)

    assert K.get_value(model.layers[1].count) == [6.0]


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_model_with_a_users_layer_survives_copying(copied: Any) -> None:
    model = fitted([PulledDense(2, input_shape=(3,)), TanhDense(2)])

    twin = copied(model)

    assert np.array_equal(twin.predict(X), model.predict(X))
    twin.fit(X, Y, nb_epoch=1, verbose=0)
    assert not np.array_equal(twin.predict(X), model.predict(X))


def test_a_users_layer_lives_in_a_graph_and_its_output_is_pulled() -> None:
    graph = Graph()
    graph.add_input("in", input_shape=(3,))
    graph.add_node(PulledDense(4), "mine", input="in")
    graph.add_node(Dense(2), "ours", input="mine")
    graph.add_output("out", input="ours")
    graph.compile("sgd", {"out": "mse"})
    graph.fit({"in": X, "out": Y}, nb_epoch=1, verbose=0)

    f = K.function([graph.inputs["in"].input], [graph.nodes["ours"].get_output(train=False)])

    np.testing.assert_allclose(f([X])[0], graph.predict({"in": X})["out"], rtol=1e-5)


def test_the_idiom_of_the_faq_gives_the_output_of_an_inner_layer() -> None:
    model = fitted([Dense(4, input_dim=3, activation="tanh"), Dropout(0.5), Dense(2)])

    f = K.function([model.layers[0].input], [model.layers[1].get_output(train=False)])

    w, b = model.layers[0].get_weights()
    np.testing.assert_allclose(f([X])[0], np.tanh(X @ w + b), rtol=1e-5, atol=1e-6)


def test_get_input_may_be_replaced_on_an_instance_and_put_back() -> None:
    model = fitted([Dense(4, input_dim=3), Dense(2)])
    last = model.layers[1]
    kept = last.get_input
    given = K.variable(np.ones((1, 4)))

    last.get_input = lambda train=False: given
    replaced = K.eval(last.get_output(train=False))
    last.get_input = kept

    w, b = last.get_weights()
    np.testing.assert_allclose(replaced, np.ones((1, 4)) @ w + b, rtol=1e-5)


def test_an_input_may_be_set_to_a_variable() -> None:
    layer = Activation("tanh")
    layer.input = K.variable(X)

    np.testing.assert_allclose(K.eval(layer.get_output(train=True)), np.tanh(X), rtol=1e-5)


def test_an_input_may_have_another_dtype_than_the_weights() -> None:
    layer = Dense(2, input_dim=3)
    layer.input = K.variable(np.ones((1, 3)), dtype="float64")

    w, b = layer.get_weights()
    np.testing.assert_allclose(K.eval(layer.get_output()), np.ones((1, 3)) @ w + b, rtol=1e-5)


class BothWays(Layer):
    """Holds two layers, each of them connected to the layer before."""

    def __init__(self, one: Any, other: Any) -> None:
        super().__init__()
        self.one, self.other = one, other

    def set_previous(self, layer: Any, connection_map: Any = {}) -> None:
        self.one.set_previous(layer, connection_map)
        self.other.set_previous(layer, connection_map)
        self.previous = layer
        self.trainable_weights = self.one.trainable_weights + self.other.trainable_weights

    @property
    def output_shape(self) -> Any:
        return self.one.output_shape

    def get_output(self, train: bool = False) -> Any:
        return self.one.get_output(train) * self.other.get_output(train)


def test_layers_within_a_users_layer_may_be_connected_to_the_one_before_it() -> None:
    model = fitted([Dense(4, input_dim=3), BothWays(Dense(2), Dense(2))])
    first, both = model.layers

    result = model.predict(X)

    W, b = first.get_weights()
    hidden = X @ W + b
    one, other = (hidden @ W + b for W, b in map(Dense.get_weights, (both.one, both.other)))
    np.testing.assert_allclose(result, one * other, rtol=1e-4, atol=1e-5)


class LastStep(MaskedLayer):
    """Hands on the last time step, and no mask."""

    @property
    def output_shape(self) -> Any:
        nb_samples, _, features = self.input_shape
        return nb_samples, features

    def get_output(self, train: bool = False) -> Any:
        x = self.get_input(train)
        mask = K.cast(self.get_input_mask(train), "float32")
        return x[:, -1] * mask[:, -1:]

    def get_output_mask(self, train: bool = False) -> Any:
        return None


def test_a_users_layer_sees_the_mask_and_may_end_it() -> None:
    x = np.ones((2, 3, 2), dtype="float32")
    x[1, -1] = 0
    model = Sequential([Masking(input_shape=(3, 2)), LastStep(), Dense(2)])
    model.compile("sgd", "mse")
    inner = K.function([model.layers[0].input], [model.layers[1].get_output(train=False)])

    assert inner([x])[0].tolist() == [[1, 1], [0, 0]]
    assert model.predict(x).shape == (2, 2)
    assert not model.layers[1].masks_output


def absolute(y_true: Any, y_pred: Any) -> Any:
    assert y_true.ndim == 2
    return K.mean(K.abs(y_pred - y_true), axis=-1)


def shifted(x: Any) -> Any:
    return K.maximum(x, 0.0) + x.dimshuffle(0, 1) * 0.0


class Ridge(Regularizer):
    def __call__(self, loss: Any) -> Any:
        return loss + 0.1 * K.sum(K.square(self.p))


class Halve(Constraint):
    def __call__(self, p: Any) -> Any:
        return p * 0.5


@pytest.mark.parametrize(
    ("mine", "ours"),
    [
        ({"loss": absolute}, {"loss": "mae"}),
        ({"activation": shifted}, {"activation": "relu"}),
        ({"W_regularizer": Ridge()}, {"W_regularizer": "l2"}),
    ],
    ids=["objective", "activation", "regularizer"],
)
def test_a_users_function_does_what_ours_does(mine: Any, ours: Any) -> None:
    from legacy_keras.regularizers import l2

    def trained(options: Any) -> list[np.ndarray]:
        options = {k: l2(0.1) if v == "l2" else v for k, v in options.items()}
        loss = options.pop("loss", "mse")
        np.random.seed(3)
        weights: list[np.ndarray] = fitted(
            [Dense(2, input_dim=3, **options)], loss=loss
        ).get_weights()
        return weights

    for a, b in zip(trained(mine), trained(ours), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_a_users_constraint_is_applied_after_each_update() -> None:
    model = Sequential([Dense(2, input_dim=3, W_constraint=Halve())])
    model.compile(SGD(lr=0.0), "mse")
    before = model.get_weights()[0]

    model.train_on_batch(X, Y)

    np.testing.assert_allclose(model.get_weights()[0], before / 2)


class MomentumByUpdates(Optimizer):
    """SGD as a user would write it."""

    def __init__(self, lr: float = 0.1, *args: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.__dict__.update(locals())
        self.lr = K.variable(lr)

    def get_updates(self, params: Any, constraints: Any, loss: Any) -> Any:
        self.updates = []
        for p, g, c in zip(params, self.get_gradients(loss, params), constraints, strict=True):
            m = K.variable(np.zeros(K.get_value(p).shape))
            v = 0.9 * m - self.lr * g
            self.updates += [(m, v), (p, c(p + v))]
        return self.updates


@pytest.mark.parametrize("clip", [{}, {"clipnorm": 0.3}, {"clipvalue": 0.05}], ids=str)
def test_an_optimizer_by_get_updates_trains_like_ours(clip: Any) -> None:
    def trained(optimizer: Any) -> list[np.ndarray]:
        np.random.seed(4)
        layers = [Dense(4, input_dim=3, W_constraint="maxnorm"), Dense(2)]
        weights: list[np.ndarray] = fitted(layers, optimizer).get_weights()
        return weights

    mine = trained(MomentumByUpdates(0.1, **clip))
    ours = trained(SGD(lr=0.1, momentum=0.9, **clip))

    for a, b in zip(mine, ours, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


def test_a_lambda_may_use_what_only_expressions_have() -> None:
    model = Sequential([Lambda(lambda x: x.dimshuffle(0, 1) * 2.0, input_shape=(3,)), Dense(2)])
    model.compile("sgd", "mse")

    f = K.function([model.layers[0].input], [model.layers[0].get_output()])

    np.testing.assert_allclose(f([X])[0], 2 * X, rtol=1e-6)
    assert model.predict(X).shape == (12, 2)


def test_an_error_in_get_output_is_raised_by_compile() -> None:
    class Broken(Layer):
        def get_output(self, train: bool = False) -> Any:
            raise ArithmeticError("written wrongly")

    model = Sequential([Dense(2, input_dim=3), Broken()])

    with pytest.raises(ArithmeticError, match="written wrongly"):
        model.compile("sgd", "mse")


def test_a_stateful_pull_of_a_recurrent_layer_does_not_move_its_states() -> None:
    layer = SimpleRNN(2, stateful=True, batch_input_shape=(2, 3, 1))
    model = Sequential([layer])
    f = K.function([layer.input], [model.get_output(train=False)])
    x = np.ones((2, 3, 1), dtype="float32")

    assert np.array_equal(f([x])[0], f([x])[0])
    assert not K.get_value(layer.states[0]).any()


class TestWhatStandsForAWeight:
    """``layer.W = layer.W[:, ::-1]`` is computed for each batch; the variable is trained."""

    def turned(self) -> Any:
        np.random.seed(2)
        layer = Dense(2, input_dim=3, activation="tanh")
        layer.W = layer.W[::-1, ::-1]
        return layer, fitted([layer])

    def test_it_is_what_the_layer_computes_with(self) -> None:
        layer, model = self.turned()
        W, b = layer.get_weights()

        expected = np.tanh(X @ W[::-1, ::-1] + b)
        np.testing.assert_allclose(model.predict(X), expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(K.eval(layer.W), W[::-1, ::-1])
        pulled = K.function([layer.input], [layer.get_output()])([X])[0]
        np.testing.assert_allclose(pulled, expected, rtol=1e-5, atol=1e-6)

    def test_it_trains_as_if_the_weight_were_turned(self) -> None:
        np.random.seed(2)
        plain = Dense(2, input_dim=3, activation="tanh")
        W, b = plain.get_weights()
        plain.set_weights([W[::-1, ::-1], b])
        fitted([plain])

        layer, _ = self.turned()

        np.testing.assert_allclose(
            layer.get_weights()[0][::-1, ::-1], plain.get_weights()[0], rtol=1e-5
        )

    @pytest.mark.parametrize(
        "copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))]
    )
    def test_a_copy_computes_with_weights_of_its_own(self, copied: Any) -> None:
        _, model = self.turned()
        other = copied(model)
        before = model.predict(X)

        other.layers[0].set_weights([np.ones((3, 2)), np.zeros(2)])

        assert abs(other.predict(X) - before).max() > 0.1
        np.testing.assert_array_equal(model.predict(X), before)

    def test_plain_pytorch_has_its_value(self) -> None:
        _, model = self.turned()

        outputs = model.to_torch()(torch.from_numpy(X)).detach().numpy()

        np.testing.assert_allclose(outputs, model.predict(X), rtol=1e-5, atol=1e-6)

    def test_what_was_compiled_before_goes_on_without_it(self) -> None:
        layer = Dense(2, input_dim=3)
        model = fitted([layer])
        before = model.predict(X)
        layer.W = layer.W * 2.0

        with pytest.warns(UserWarning, match=r"dense.W were made anew"):
            np.testing.assert_array_equal(model.predict(X), before)


class Attending(LambdaMerge):
    """Pulls its branches itself, and not through get_input."""

    def __init__(self, layers: list[Any]) -> None:
        super().__init__(layers, lambda x: x, (3,))

    def get_output(self, train: bool = False) -> Any:
        a, b = (layer.get_output(train) for layer in self.layers)
        return a * 2.0 + b


def test_a_merge_of_the_users_own_pulls_its_branches() -> None:
    branches = [Sequential([Activation("tanh", input_shape=(3,))]) for _ in range(2)]
    model = Sequential([Attending(branches), Dense(2)])
    model.compile("sgd", "mse")
    others = X[::-1].copy()
    before = model.evaluate([X, others], Y, verbose=0)

    model.fit([X, others], Y, nb_epoch=3, verbose=0)

    W, b = model.layers[1].get_weights()
    expected = (np.tanh(X) * 2 + np.tanh(others)) @ W + b
    np.testing.assert_allclose(model.predict([X, others]), expected, rtol=1e-5, atol=1e-6)
    assert model.evaluate([X, others], Y, verbose=0) < before


def test_a_lambda_takes_a_join_within_a_join() -> None:
    graph = Graph()
    for name in ("user", "good", "bad"):
        graph.add_input(name=name, input_shape=(3,))
    item = Sequential([Dense(2, input_shape=(3,))])
    graph.add_shared_node(item, "item", inputs=["good", "bad"], merge_mode="join")
    graph.add_node(Dense(2), "taste", input="user")

    def preference(joined: Any) -> Any:
        taste, items = joined.values()
        good, bad = items.values()
        return K.sum(taste * (bad - good), axis=-1, keepdims=True)

    graph.add_node(Lambda(preference, (1,)), "regret", inputs=["taste", "item"], merge_mode="join")
    graph.add_output(name="loss", input="regret")
    graph.compile("sgd", {"loss": lambda y_true, y_pred: y_pred})
    data = {"user": X, "good": X * 2, "bad": X * 3, "loss": np.zeros((12, 1))}

    losses = graph.fit(data, nb_epoch=3, verbose=0).history["loss"]

    W, b = graph.nodes["taste"].get_weights()
    V = item.get_weights()[0]
    expected = ((X @ W + b) * (X @ V)).sum(axis=1)[:, None]
    np.testing.assert_allclose(graph.predict(data)["loss"], expected, rtol=1e-4, atol=1e-5)
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("name", ["T", "theano.tensor"])
def test_k_has_what_its_theano_backend_imports(name: str) -> None:
    tensor = K.T if name == "T" else K.theano.tensor
    x = K.placeholder(ndim=3)

    found = K.function([x], [tensor.batched_dot(x, x)])([np.ones((2, 3, 3))])[0]

    np.testing.assert_array_equal(found, np.full((2, 3, 3), 3))
    assert K.np is np
    assert theano_backend.T is K.T
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        K.nothing  # noqa: B018 - it is the look-up that fails


def test_a_function_of_one_output_alone_returns_it_alone() -> None:
    x = K.placeholder(ndim=2)

    assert K.function([x], x * 2.0)([np.ones((1, 2))]).tolist() == [[2, 2]]
    assert K.function([], K.variable([3.0]))([]).tolist() == [3]
