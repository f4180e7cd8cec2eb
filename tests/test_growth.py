"""Twice the layers, nodes or time steps are twice the work, counted in calls of functions.

Times, and memory, are the business of ``benchmarks/growth.py``.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from legacy_keras.layers.core import Activation, Dense, Dropout, Masking, TimeDistributedDense
from legacy_keras.layers.recurrent import LSTM
from legacy_keras.models import Graph, Sequential


def stack(size: int) -> Sequential:
    model = Sequential([Dense(3, input_dim=3)])
    for _ in range(size):
        model.add(Dense(3))
        model.add(Activation("tanh"))
        model.add(Dropout(0.1))
    return model


def masked_stack(size: int) -> Sequential:
    model = Sequential([Masking(input_shape=(2, 3))])
    for _ in range(size):
        model.add(TimeDistributedDense(3))
        model.add(Activation("tanh"))
    return model


def stack_of_stacks(size: int) -> Sequential:
    model = Sequential([Dense(3, input_dim=3)])
    for _ in range(size):
        model.add(Sequential([Dense(3, input_dim=3)]))
    return model


def recurrent(size: int) -> Sequential:
    return Sequential([LSTM(3, input_shape=(size, 3))])


def graph_of(names: list[str], **options: Any) -> Graph:
    """Return a graph of nodes that each merge the two before them."""
    graph = Graph()
    for name in names[:2]:
        graph.add_input(name=name, input_shape=(3,))
    for index, name in enumerate(names[2:]):
        graph.add_node(Dense(3), name=name, inputs=names[index : index + 2], merge_mode="sum")
    graph.add_output(name="out", input=names[-1])
    return graph


def nodes(size: int) -> Graph:
    return graph_of([f"node{index}" for index in range(size + 2)])


def nodes_with_dots(size: int) -> Graph:
    return graph_of([f"block.{index}" for index in range(size + 2)])


def shared_nodes(size: int) -> Graph:
    graph = Graph()
    heads = ["node0", "node1"]
    for name in heads:
        graph.add_input(name=name, input_shape=(3,))
    for index in range(size):
        outputs = [f"left{index}", f"right{index}"]
        graph.add_shared_node(Dense(3), name=f"shared{index}", inputs=heads, outputs=outputs)
        heads = outputs
    graph.add_output(name="out", inputs=heads, merge_mode="sum")
    return graph


def inputs(size: int) -> Graph:
    graph = Graph()
    names = [f"node{index}" for index in range(size + 2)]
    for name in names:
        graph.add_input(name=name, input_shape=(3,))
        graph.add_node(Dense(3), name=f"dense {name}", input=name)
    graph.add_output(name="out", inputs=[f"dense {name}" for name in names], merge_mode="sum")
    return graph


BUILDERS: list[Callable[[int], Any]] = [
    stack,
    masked_stack,
    stack_of_stacks,
    recurrent,
    nodes,
    nodes_with_dots,
    shared_nodes,
    inputs,
]


def use(build: Callable[[int], Any], size: int) -> None:
    """Build, compile, train, predict and describe a model."""
    np.random.seed(0)  # how long it takes to draw orthogonal weights depends on the draw
    model = build(size)
    if isinstance(model, Graph):
        model.compile("sgd", {"out": "mse"})
        data = {name: np.ones((2, 3)) for name in [*model.input_order, "out"]}
        model.train_on_batch(data)
        model.predict(data)
    else:
        model.compile("sgd", "mse")
        X = np.ones((2, *model.input_shape[1:]))
        y = np.ones((2, *model.output_shape[1:]))
        model.train_on_batch(X, y)
        model.predict(X)
    model.get_config()
    model.state_dict()


MANY = 1_000_000  # what doubles with each layer would not end


def calls(function: Callable[..., Any], *args: Any) -> int:
    """Return how many calls, of Python's functions and of C's, a function consists of."""
    count = 0

    def note(frame: Any, event: str, arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")
        assert count < MANY

    before = sys.getprofile()
    gc.collect()
    gc.disable()  # what other tests left behind is not to end, and be counted, in here
    sys.setprofile(note)
    try:
        function(*args)
    finally:
        sys.setprofile(before)
        gc.enable()
    return count


@pytest.mark.parametrize("build", BUILDERS, ids=lambda build: build.__name__)
def test_work_grows_in_proportion_to_size(build: Callable[[int], Any]) -> None:
    use(build, 2)  # what is imported and recorded once

    small, middle, large = (calls(use, build, size) for size in (20, 40, 80))

    assert large - middle <= 2.1 * (middle - small)
