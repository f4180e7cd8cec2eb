"""Drawings of models. Boxes and arrows are those that Keras 0.3.3 asked pydot for."""

import shutil
import subprocess
import sys
import types

import pytest

from legacy_keras.layers.containers import Graph, Sequential
from legacy_keras.layers.core import Activation, Dense, Merge, Siamese
from legacy_keras.utils.visualize_util import (
    get_layer_to_name,
    layer_typename,
    plot,
    to_graph,
)


class Dot:
    """Stands in for ``pydot.Dot`` and keeps what it is told."""

    def __init__(self):
        self.settings, self.labels, self.arrows = {}, [], []

    def set(self, name, value):
        self.settings[name] = value

    def set_node_defaults(self, **values):
        self.settings["node"] = values

    def add_node(self, node):
        self.labels.append(node.label)

    def add_edge(self, edge):
        self.arrows.append(edge)

    def write(self, path, format):
        subprocess.run(["a-program-that-is-nowhere", path], check=True)


def edge(before, after):
    return before.name, after.name


def node(name, label):
    return types.SimpleNamespace(name=name, label=label)


@pytest.fixture
def pydot(monkeypatch):
    module = types.SimpleNamespace(Dot=Dot, Node=node, Edge=edge)
    monkeypatch.setitem(sys.modules, "pydot", module)


def chain():
    model = Sequential()
    model.add(Dense(4, input_dim=3))
    model.add(Activation("tanh"))
    model.add(Dense(2))
    return model


def merged():
    branches = [Sequential([Dense(4, input_dim=3)]), Sequential([Dense(4, input_dim=5)])]
    return Sequential([Merge(branches, mode="concat"), Dense(2)])


def graph(node_name="d1"):
    model = Graph()
    model.add_input("in1", input_shape=(3,))
    model.add_input("in2", input_shape=(3,))
    model.add_node(Dense(4), name=node_name, input="in1")
    model.add_node(Dense(4), name="d2", inputs=["in1", "in2"], merge_mode="sum")
    model.add_output("out", inputs=[node_name, "d2"])
    return model


def siamese():
    branches = [Sequential([Dense(3, input_dim=3)]), Sequential([Dense(3, input_dim=5)])]
    return Sequential([Siamese(Dense(4), branches), Dense(2)])


def shared_node():
    model = Graph()
    model.add_input("a", input_shape=(3,))
    model.add_input("b", input_shape=(3,))
    model.add_shared_node(Dense(4), name="s", inputs=["a", "b"], outputs=["s1", "s2"])
    model.add_output("out", inputs=["s1", "s2"], merge_mode="sum")
    return model


def nested():
    inner = Sequential([Dense(4, input_dim=3), Activation("tanh")])
    return Sequential([inner, Dense(2)])


CORE = "(keras.layers.core."


@pytest.mark.parametrize(
    ("model", "options", "labels", "arrows"),
    [
        (
            chain,
            {},
            [f" {CORE}Dense)", f" {CORE}Activation)", f" {CORE}Dense)"],
            ["10", "21"],
        ),
        (
            chain,
            {"show_shape": True},
            [
                f" {CORE}Dense)\n|{{input:|output:}}|{{{{(None, 4)}}|{{(None, 2)}}}}",
                f" {CORE}Activation)\n|{{input:|output:}}|{{{{(None, 4)}}|{{(None, 4)}}}}",
                f" {CORE}Dense)\n|{{input:|output:}}|{{{{(None, 3)}}|{{(None, 4)}}}}",
            ],
            ["10", "21"],
        ),
        (
            merged,
            {},
            [f" {CORE}Dense)", f" {CORE}Merge)", f" {CORE}Dense)", f" {CORE}Dense)"],
            ["10", "21", "31"],
        ),
        (
            merged,
            {"recursive": False},
            [f" {CORE}Dense)", f" {CORE}Merge)", *[" (keras.layers.containers.Sequential)"] * 2],
            ["10", "21", "31"],
        ),
        (
            graph,
            {},
            [
                f"out {CORE}Merge)",
                f"d1 {CORE}Dense)",
                f"in1 {CORE}Layer)",
                f"d2 {CORE}Dense)",
                f" {CORE}Merge)",
                f"in2 {CORE}Layer)",
            ],
            ["10", "21", "30", "43", "24", "54"],
        ),
        (
            siamese,
            {},
            [f" {CORE}Dense)", f" {CORE}Siamese)", f" {CORE}Dense)", f" {CORE}Dense)"],
            ["10", "21", "31"],
        ),
        (
            shared_node,
            {},
            [
                f"out {CORE}Merge)",
                f"s1 {CORE}SiameseHead)",
                f"s {CORE}Siamese)",
                f"a {CORE}Layer)",
                f"b {CORE}Layer)",
                f"s2 {CORE}SiameseHead)",
            ],
            ["10", "21", "32", "42", "50", "25"],
        ),
        (
            nested,
            {},
            [f" {CORE}Dense)", f" {CORE}Activation)", f" {CORE}Dense)"],
            ["10", "21"],
        ),
    ],
    ids=[
        "sequential",
        "with shapes",
        "merge",
        "containers closed",
        "graph",
        "siamese",
        "shared node",
        "nested",
    ],
)
def test_a_model_is_drawn_from_its_outputs_up(pydot, model, options, labels, arrows):
    drawing = to_graph(model(), **options)

    assert drawing.settings == {"rankdir": "TB", "concentrate": True, "node": {"shape": "record"}}
    assert drawing.labels == labels
    assert drawing.arrows == [(f"layer{before}", f"layer{after}") for before, after in arrows]


def test_a_layer_with_many_ways_to_it_is_followed_once(pydot):
    model = Graph()
    model.add_input("0", input_shape=(3,))
    for n in range(40):  # two ways for each: 2**40 in all
        model.add_node(Dense(3), name=f"d{n}", input=str(n))
        model.add_node(Dense(3), f"{n + 1}", inputs=[f"d{n}", str(n)], merge_mode="sum")
    model.add_output("out", input="40")

    assert len(to_graph(model).labels) == 1 + 3 * 40


@pytest.mark.parametrize("build", [chain, merged, graph, siamese, shared_node, nested])
@pytest.mark.parametrize(
    ("name", "start"),
    [("model.png", b"\x89PNG"), ("model.svg", b"<?xml"), ("model", b"\x89PNG")],
)
def test_plot_draws_into_the_format_of_the_ending(tmp_path, build, name, start):
    pytest.importorskip("pydot")
    if not shutil.which("dot"):
        pytest.skip("needs Graphviz")

    plot(build(), str(tmp_path / name), show_shape=True)

    assert (tmp_path / name).read_bytes().startswith(start)


def test_a_layer_is_named_by_its_path_in_keras():
    class Mine(Dense):
        pass

    assert layer_typename(Dense(2)) == "keras.layers.core.Dense"
    assert layer_typename(chain()) == "keras.layers.containers.Sequential"
    assert layer_typename(Mine(2)) == f"{__name__}.Mine"


def test_an_output_names_its_node():
    model = Graph()
    model.add_input("a", input_shape=(3,))
    model.add_node(Dense(2), name="b", input="a")
    model.add_output("c", input="b")

    assert sorted(get_layer_to_name(model).values()) == ["a", "c"]
    assert get_layer_to_name(chain()) == {}


def test_names_cannot_add_to_the_drawing(pydot):
    drawing = to_graph(graph('x|{<y>}\\"\x1b[31m\n'))

    assert drawing.labels[1] == rf'x\|\{{\<y\>\}}\\"\\x1b[31m\\n {CORE}Dense)'


def test_pydot_quotes_what_is_left():
    pytest.importorskip("pydot")

    text = to_graph(graph('x"];evil [label="')).to_string()

    assert rf'label="x\"];evil [label=\" {CORE}Dense)"' in text


def test_plot_needs_graphviz(pydot, monkeypatch):
    monkeypatch.setenv("PATH", "")

    with pytest.raises(RuntimeError, match=r"needs Graphviz, whose program 'dot' was not found"):
        plot(chain(), "model.png")


def test_drawing_needs_pydot(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydot", None)

    with pytest.raises(ImportError, match=r'needs pydot.*pip install "legacy-keras\[plot\]"'):
        to_graph(chain())
