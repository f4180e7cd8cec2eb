"""Graph as a model: building, odd names, several outputs, and what it refuses."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from small_models import assert_same, everything, graph_data, two_outputs

from legacy_keras import backend as K
from legacy_keras.layers import containers
from legacy_keras.layers.core import Activation, Dense, Dropout, Lambda, Merge
from legacy_keras.layers.embeddings import Embedding
from legacy_keras.layers.recurrent import GRU
from legacy_keras.models import Graph, Sequential, model_from_json


def chain(*names: str, outputs: tuple[str, ...] = ("out",)) -> Graph:
    """Return a graph of nodes in a row, from an input "in" of 3 numbers; not compiled."""
    graph = Graph()
    graph.add_input(name="in", input_shape=(3,))
    before = "in"
    for name in names:
        graph.add_node(Dense(3), name=name, input=before)
        before = name
    for name in outputs:
        graph.add_output(name=name, input=before)
    return graph


AWKWARD = ("keys", "forward", "a.b", "loss", "inputs", "0", "optimizer", "ünïcode", "training")


class TestNames:
    @pytest.mark.parametrize("name", AWKWARD)
    def test_a_node_may_be_called_anything(self, name: str) -> None:
        graph = chain(name)
        graph.compile("sgd", {"out": "mse"})
        data = {"in": np.ones((4, 3)), "out": np.zeros((4, 3))}
        before = graph.evaluate(data)

        history = graph.fit(data, nb_epoch=2, verbose=0)

        assert len(history.epoch) == 2
        assert graph.evaluate(data) < before
        module = name.replace(".", "_")
        assert set(graph.state_dict()) == {f"{module}.W", f"{module}.b"}
        assert graph.nodes[name].name == name

    @pytest.mark.parametrize(
        "names",
        [*((name,) for name in AWKWARD), ("a.b", "a_b", "a", "b.c"), ("a_b", "a.b", "a..b")],
        ids=" ".join,
    )
    def test_its_weights_come_out_of_a_state_dict(self, names: tuple[str, ...]) -> None:
        graph, other = chain(*names), chain(*names)

        other.load_state_dict(graph.state_dict())

        assert_same(other.get_weights(), graph.get_weights())
        assert len(graph.state_dict()) == 2 * len(names)

    def test_a_name_with_a_dot_gives_way_to_one_that_it_would_hide(self) -> None:
        graph = chain("a.b", "a_b")

        assert graph.get_submodule("a_b") is graph.nodes["a_b"]
        assert graph.get_submodule("a_b_") is graph.nodes["a.b"]

    def test_all_of_them_together_survive_copies_and_json(self) -> None:
        graph = chain(*AWKWARD)
        graph.compile("sgd", {"out": "mse"})
        data = {"in": np.ones((4, 3))}

        copies = [
            copy.deepcopy(graph),
            pickle.loads(pickle.dumps(graph)),
            model_from_json(graph.to_json()),
        ]
        copies[2].set_weights(graph.get_weights())

        for again in copies:
            np.testing.assert_array_equal(again.predict(data)["out"], graph.predict(data)["out"])

    @pytest.mark.parametrize("name", ["keys", "a.b", "loss", "items"])
    def test_an_input_and_an_output_may_be_called_anything(self, name: str) -> None:
        graph = Graph()
        graph.add_input(name=name, input_shape=(3,))
        graph.add_node(Dense(1), name="node", input=name)
        graph.add_output(name=name, input="node")
        graph.compile("sgd", {name: "mse"})

        assert graph.predict({name: np.ones((2, 3))})[name].shape == (2, 1)


class TestBuilding:
    def test_an_output_may_merge_nodes(self) -> None:
        graph = Graph()
        graph.add_input(name="in", input_shape=(2,))
        graph.add_node(Activation("linear"), name="a", input="in")
        graph.add_node(Activation("linear"), name="b", input="in")
        graph.add_output(name="sum", inputs=["a", "b"], merge_mode="sum")
        graph.add_output(name="both", inputs=["a", "b"])
        graph.compile("sgd", {"sum": "mse", "both": "mse"})

        outputs = graph.predict({"in": np.array([[1, 2]])})

        assert outputs["sum"].tolist() == [[2, 4]]
        assert outputs["both"].tolist() == [[1, 2, 1, 2]]
        assert graph.output_shape == {"sum": (None, 2), "both": (None, 4)}

    def test_create_output_makes_a_node_an_output_of_the_same_name(self) -> None:
        graph = Graph()
        graph.add_input(name="in", input_shape=(2,))
        graph.add_node(Dense(3), name="node", input="in", create_output=True)
        graph.compile("sgd", {"node": "mse"})

        assert graph.output_order == ["node"]
        assert graph.predict({"in": np.ones((1, 2))})["node"].shape == (1, 3)

    def test_nodes_that_no_output_needs_are_neither_computed_nor_trained(self) -> None:
        graph = chain("used")
        graph.add_node(Dense(2), name="idle", input="used")
        graph.compile("sgd", {"out": "mse"})
        before = graph.nodes["idle"].get_weights()

        graph.train_on_batch({"in": np.ones((4, 3)), "out": np.zeros((4, 3))})

        assert_same(graph.nodes["idle"].get_weights(), before)

    @pytest.mark.parametrize("shared", [True, False])
    def test_a_lambda_of_joined_inputs_needs_no_output_shape(self, shared: bool) -> None:
        graph = Graph()
        graph.add_input(name="a", input_shape=(2,))
        graph.add_input(name="b", input_shape=(2,))
        distance = Lambda(lambda v: K.sum(K.square(v["a"] - v["b"]), axis=1, keepdims=True))
        if shared:
            same = Activation("linear")
            graph.add_shared_node(same, name="s", inputs=["a", "b"], merge_mode="join")
            graph.add_node(distance, name="d", input="s", create_output=True)
        else:
            graph.add_node(
                distance, name="d", inputs=["a", "b"], merge_mode="join", create_output=True
            )
        graph.compile("sgd", {"d": "mse"})

        predicted = graph.predict({"a": np.ones((1, 2)), "b": np.zeros((1, 2))})

        assert predicted["d"].tolist() == [[2]]
        assert graph.output_shape == (None, 1)
        assert graph.class_mode == "binary"

    def test_a_shared_node_adds_up_the_gradients_of_its_inputs(self) -> None:
        graph = Graph()
        graph.add_input(name="a", input_shape=(1,))
        graph.add_input(name="b", input_shape=(1,))
        graph.add_shared_node(
            Dense(1, init="one"), name="shared", inputs=["a", "b"], merge_mode="sum"
        )
        graph.add_output(name="out", input="shared")
        graph.compile("sgd", {"out": "mse"})

        graph.train_on_batch({"a": [[2.0]], "b": [[3.0]], "out": np.array([[4.0]])})

        # d(2 + 3 - 4)^2 is 2; times 2 + 3 for W, times 2 for b.
        W, b = graph.nodes["shared"].get_weights()
        np.testing.assert_allclose([W[0, 0], b[0]], [1 - 0.01 * 10, -0.01 * 4], rtol=1e-6)

    def test_an_integer_input_feeds_an_embedding(self) -> None:
        graph = Graph()
        graph.add_input(name="words", input_shape=(4,), dtype="int")
        graph.add_node(Embedding(9, 2, mask_zero=True), name="vectors", input="words")
        graph.add_node(GRU(3), name="memory", input="vectors")
        graph.add_output(name="out", input="memory")
        graph.compile("sgd", {"out": "mse"})

        output = graph.predict({"words": np.array([[1, 2, 0, 0], [1, 2, 0, 0]])})["out"]

        shorter = graph.predict({"words": np.array([[1, 2, 0, 0]])})["out"]
        np.testing.assert_allclose(output, np.repeat(shorter, 2, 0), rtol=1e-6)

    def test_a_graph_may_be_a_layer(self) -> None:
        inner = containers.Graph()
        inner.add_input(name="in", input_shape=(3,))
        inner.add_node(Dense(4), name="node", input="in")
        inner.add_output(name="out", input="node")
        model = Sequential([Dense(3, input_dim=2), inner, Dense(1)])
        model.compile("sgd", "mse")

        assert model.output_shape == (None, 1)
        assert set(model.state_dict()) >= {"1.node.W", "1.node.b"}
        assert model.predict(np.ones((2, 2))).shape == (2, 1)

    def test_a_failed_addition_leaves_the_graph_as_it_was(self) -> None:
        graph = chain("node")

        with pytest.raises(ValueError, match="Unknown node/input identifier: nowhere"):
            graph.add_node(Dense(2), name="more", input="nowhere")
        with pytest.raises(ValueError, match="Incompatible shapes"):
            graph.add_node(GRU(2), name="more", input="node")

        assert list(graph.nodes) == ["node"]
        graph.add_node(Dense(2), name="more", input="node")

    def test_compiling_draws_a_seed_for_each_noisy_node_that_an_output_needs(self) -> None:
        graph = Graph()
        graph.add_input(name="in", input_shape=(3,))
        for name in ("used", "used too", "idle"):
            graph.add_node(Dropout(0.5), name=name, input="in")
        graph.add_output(name="a", input="used")
        graph.add_output(name="b", input="used too")

        np.random.seed(3)
        graph.compile("sgd", {"a": "mse", "b": "mse"})
        next_draw = np.random.randint(10_000_000)

        np.random.seed(3)
        assert next_draw == [np.random.randint(10_000_000) for _ in range(3)][2]


def one_input() -> Graph:
    graph = Graph()
    graph.add_input(name="a", input_shape=(3,))
    graph.add_node(Dense(2), name="d", input="a")
    return graph


BUILDING: dict[str, tuple[Callable[[Graph], Any], str]] = {
    "input again": (
        lambda g: g.add_input(name="a", input_shape=(3,)),
        "Duplicate node identifier: a",
    ),
    "node again": (
        lambda g: g.add_node(Dense(2), name="d", input="a"),
        "Duplicate node identifier: d",
    ),
    "node named as an input": (
        lambda g: g.add_node(Dense(2), name="a", input="a"),
        "Duplicate node identifier: a",
    ),
    "output again": (
        lambda g: [g.add_output(name="out", input="d") for _ in range(2)],
        "Duplicate output identifier: out",
    ),
    "shared node again": (
        lambda g: g.add_shared_node(Dense(2), name="d", inputs=["a"]),
        "Duplicate node identifier: d",
    ),
    "shared output again": (
        lambda g: g.add_shared_node(Dense(2), name="s", inputs=["a"], outputs=["d"]),
        "Duplicate node identifier: d",
    ),
    "unknown input": (
        lambda g: g.add_node(Dense(2), name="e", input="zz"),
        "Unknown node/input identifier: zz. The inputs and nodes are: a, d",
    ),
    "unknown inputs": (
        lambda g: g.add_node(Dense(2), name="e", inputs=["a", "zz"]),
        "Unknown identifier: zz. The inputs and nodes are: a, d",
    ),
    "unknown source of an output": (
        lambda g: g.add_output(name="out", input="zz"),
        "Unknown node/input identifier: zz",
    ),
    "unknown sources of an output": (
        lambda g: g.add_output(name="out", inputs=["zz"]),
        "Unknown identifier: zz. The nodes are: d",
    ),
    "input among the sources of an output": (
        lambda g: g.add_output(name="out", inputs=["a", "d"]),
        "Unknown identifier: a. The nodes are: d",
    ),
    "unknown sources of a shared node": (
        lambda g: g.add_shared_node(Dense(2), name="s", inputs=["zz"]),
        "Unknown identifier: zz",
    ),
    "unknown mode": (
        lambda g: g.add_node(Dense(2), name="e", inputs=["a", "d"], merge_mode="max"),
        "Invalid merge mode: max",
    ),
    "unknown mode of a shared node": (
        lambda g: g.add_shared_node(Dense(2), name="s", inputs=["a"], merge_mode="max"),
        "Invalid merge mode",
    ),
    "shapes": (
        lambda g: g.add_node(Dense(2), name="e", inputs=["a", "d"], merge_mode="sum"),
        r"using sum mode. Layer shapes: \[\(None, 3\), \(None, 2\)\]",
    ),
    "integers of three axes": (
        lambda g: g.add_input(name="b", input_shape=(3, 4), dtype="int"),
        r'Type "int" can only be used with ndim==2 \(Embedding\)',
    ),
    "input without a shape": (
        lambda g: g.add_input(name="b"),
        'Layer is not connected. Did you forget to set "input_shape"',
    ),
    "join of a shared node as an output": (
        lambda g: g.add_shared_node(
            Dense(2), name="s", inputs=["a"], merge_mode="join", create_output=True
        ),
        "Output can not be of type OrderedDict",
    ),
}


@pytest.mark.parametrize(("build", "message"), BUILDING.values(), ids=BUILDING)
def test_a_mistake_in_building_is_named(build: Callable[[Graph], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build(one_input())


LOSSES = {"class": "categorical_crossentropy", "number": "mse"}
COMPILING: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "loss as a name": (
        {"loss": "mse"},
        AssertionError,
        "\"loss\" argument should be a dictionary, by output name; got 'mse'",
    ),
    "output without a loss": (
        {"loss": {"class": "mse"}},
        KeyError,
        r"The argument 'loss' has no entry 'number'; it has \['class'\]",
    ),
    "unknown loss": ({"loss": {**LOSSES, "number": "no"}}, Exception, "Invalid objective: no"),
    "modes as a name": (
        {"loss": LOSSES, "sample_weight_modes": "temporal"},
        AssertionError,
        '"sample_weight_modes" argument should be a dictionary',
    ),
}


@pytest.mark.parametrize(("options", "kind", "message"), COMPILING.values(), ids=COMPILING)
def test_a_mistake_in_compiling_is_named(
    options: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message) as caught:
        two_outputs().compile("sgd", **options)

    assert isinstance(caught.value, ValueError)


def without(name: str) -> dict[str, Any]:
    return {k: v for k, v in graph_data().items() if k != name}


DATA: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "missing input": (
        without("a"),
        KeyError,
        r"The argument 'data' has no entry 'a'; it has \['b', 'class', 'number'\]",
    ),
    "missing output": (without("number"), KeyError, "The argument 'data' has no entry 'number'"),
    "other lengths": (
        {**graph_data(), "b": np.ones((3, 2))},
        Exception,
        r"must have the same number of samples; found \[12, 3, 12, 12\]",
    ),
    "width of an input": (
        {**graph_data(), "b": np.ones((12, 3))},
        ValueError,
        r"The input 'b' has the shape \(12, 3\); the model was built for \(None, 2\)",
    ),
    "width of a target": (
        {**graph_data(), "class": np.ones((12, 2))},
        ValueError,
        r"The target 'class' has the shape \(12, 2\); the output has \(12, 3\)",
    ),
}
CALLS: dict[str, Callable[..., Any]] = {
    "fit": lambda g, data, **kw: g.fit(data, nb_epoch=1, verbose=0, **kw),
    "evaluate": lambda g, data, **kw: g.evaluate(data, **kw),
    "train_on_batch": lambda g, data, **kw: g.train_on_batch(data, **kw),
    "test_on_batch": lambda g, data, **kw: g.test_on_batch(data, **kw),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(("data", "kind", "message"), DATA.values(), ids=DATA)
def test_data_that_do_not_fit_are_refused_and_change_nothing(
    call: Callable[..., Any], data: dict[str, Any], kind: type[Exception], message: str
) -> None:
    graph = two_outputs()
    before = everything(graph)

    with pytest.raises(kind, match=message) as caught:
        call(graph, data)

    assert isinstance(caught.value, ValueError)
    assert_same(everything(graph), before)


@pytest.mark.parametrize(("name", "call"), CALLS.items(), ids=CALLS)
def test_accuracy_needs_a_single_output(name: str, call: Callable[..., Any]) -> None:
    argument = "accuracy" if name.endswith("batch") else "show_accuracy"

    with pytest.raises(ValueError, match=f'"{argument}" can only be used if your Graph has exact'):
        call(two_outputs(), graph_data(), **{argument: True})


class TestTraining:
    def test_the_loss_is_the_weighted_sum_of_those_of_the_outputs(self) -> None:
        data = graph_data()
        np.random.seed(3)
        graph = two_outputs(loss_weights={"number": 0.25})
        outputs = graph.predict(data)

        (loss,) = graph.test_on_batch(data)

        crossentropy = -np.log(outputs["class"][data["class"] == 1]).mean()
        error = np.square(outputs["number"] - data["number"]).mean()
        assert loss == pytest.approx(crossentropy + 0.25 * error, rel=1e-5)

    def test_weights_are_given_by_output(self) -> None:
        data = graph_data()
        graph = two_outputs(loss_weights={"class": 0.0})
        weights = np.arange(12.0)
        errors = np.square(graph.predict(data)["number"] - data["number"])[:, 0]

        (loss,) = graph.test_on_batch(data, sample_weight={"number": weights})

        # Divided by the share of samples that have a weight: one has none.
        assert loss == pytest.approx((errors * weights).mean() / (11 / 12), rel=1e-5)

    def test_class_weights_count_in_train_on_batch_alone_as_in_0_3_3(self) -> None:
        data = graph_data()
        graph = two_outputs(loss_weights={"number": 0.0})
        plain = float(graph.test_on_batch(data)[0])
        weights = {"class": {0: 2.0, 1: 2.0, 2: 2.0}}

        fitted = copy.deepcopy(graph).fit(data, nb_epoch=1, verbose=0, class_weight=weights)
        trained = graph.train_on_batch(data, class_weight=weights)

        assert fitted.history["loss"] == [pytest.approx(plain, rel=1e-5)]
        assert trained[0] == pytest.approx(2 * plain, rel=1e-5)

    def test_a_graph_of_one_output_tells_its_accuracy(self) -> None:
        graph = Graph()
        graph.add_input(name="in", input_shape=(2,))
        graph.add_node(Activation("softmax"), name="top", input="in")
        graph.add_output(name="out", input="top")
        graph.compile("sgd", {"out": "categorical_crossentropy"})
        data = {"in": np.array([[1, 0], [0, 1], [1, 0], [1, 0]]), "out": np.eye(2)[[0, 1, 0, 1]]}

        history = graph.fit(data, nb_epoch=1, show_accuracy=True, verbose=0)

        assert history.history["acc"] == [0.75]
        assert graph.evaluate(data, show_accuracy=True)[1] == 0.75

    def test_validation_takes_the_end_of_every_array(self) -> None:
        graph = two_outputs()
        data = graph_data()

        history = graph.fit(data, nb_epoch=1, validation_split=0.25, verbose=0)

        held_out = {name: array[9:] for name, array in data.items()}
        assert history.history["val_loss"] == [pytest.approx(graph.evaluate(held_out))]
        other = graph.fit(data, nb_epoch=1, validation_data=held_out, verbose=0)
        assert other.history["val_loss"] == [pytest.approx(graph.evaluate(held_out))]

    def test_validation_goes_by_the_first_input_as_in_0_3_3(self) -> None:
        graph = two_outputs()
        data = graph_data()
        longer = {**graph_data(20), "a": graph_data(4)["a"]}
        held_out = {name: array[:4] for name, array in longer.items()}

        with pytest.warns(UserWarning, match="have 4 samples of .a., and more of others"):
            history = graph.fit(data, nb_epoch=1, verbose=0, validation_data=longer)

        assert history.history["val_loss"] == [pytest.approx(graph.evaluate(held_out))]

    def test_predictions_come_by_name_as_float64(self) -> None:
        graph = two_outputs()
        outputs = graph.predict(graph_data(5), batch_size=2)

        assert {k: (v.shape, v.dtype) for k, v in outputs.items()} == {
            "class": ((5, 3), np.float64),
            "number": ((5, 1), np.float64),
        }
        batch = graph.predict_on_batch(graph_data(5))
        np.testing.assert_allclose(batch["class"], outputs["class"], rtol=1e-6)
        assert batch["class"].dtype == np.float32

    def test_it_has_to_be_compiled_first(self) -> None:
        with pytest.raises(RuntimeError, match="This Graph is not compiled; call compile"):
            chain("node").fit({"in": np.ones((2, 3)), "out": np.ones((2, 3))}, verbose=0)

    def test_a_graph_may_be_changed_and_compiled_anew(self) -> None:
        graph = chain("node", outputs=())
        graph.add_output(name="out", input="node")
        graph.compile("sgd", {"out": "mse"})
        graph.predict({"in": np.ones((1, 3))})

        graph.add_node(Dense(2), name="more", input="node")
        graph.add_output(name="other", input="more")
        graph.compile("sgd", {"out": "mse", "other": "mse"})

        outputs = graph.predict({"in": np.ones((1, 3))})
        assert {name: array.shape for name, array in outputs.items()} == {
            "out": (1, 3),
            "other": (1, 2),
        }

    def test_the_module_takes_tensors_in_a_list_or_by_name(self) -> None:
        graph = two_outputs().eval()
        a, b = torch.ones(2, 4), torch.ones(2, 2)

        by_order, by_name = graph([a, b]), graph({"b": b, "a": a})

        assert set(by_order) == {"class", "number"}
        torch.testing.assert_close(by_order, by_name)


def test_merge_knows_the_layers_of_a_graph_only_through_it() -> None:
    """A Graph owns its nodes; a merge of them owns none."""
    graph = two_outputs()

    merges = [module for module in graph.modules() if isinstance(module, Merge)]

    assert merges == []
    assert sorted(graph.state_dict()) == [
        f"{node}.{weight}" for node in ("hidden", "side", "top") for weight in ("W", "b")
    ]
