"""torch.compile, torch.export and ONNX take every layer of the catalogue, or say why not."""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from exporting import assert_close, catalogue, recorded_models, tensors
from torch import Tensor

from legacy_keras.layers.core import Dense
from legacy_keras.layers.recurrent import LSTM
from legacy_keras.models import Graph, Sequential

CATALOGUE = catalogue.CATALOGUE

STATES = (
    "its states change with each batch outside of what is exported, which would keep those of "
    "the moment; the module of to_torch() has them as buffers"
)
# Of the models themselves, not of what to_torch() makes of them.
NOT_EXPORTED = {name: STATES for name in CATALOGUE if "stateful" in name}
TORCHS_RNN = "nn.RNN itself: Dynamo takes torch's recurrent modules only when told so"
NOT_COMPILED = {
    name: TORCHS_RNN for name in ("SimpleRNN", "SimpleRNN, sequences", "SimpleRNN, backwards")
}


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logging.disable(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, about itself
        yield
    logging.disable(logging.NOTSET)


def ours(name: str) -> tuple[Any, tuple[Any, ...]]:
    """Return a model of the catalogue in test mode, and the arguments of its forward."""
    np.random.seed(0)
    entry = CATALOGUE[name]
    model = entry.build()
    model.prepare()
    return model.eval(), (entry.tensors(),)


def exported(name: str) -> tuple[Any, tuple[Any, ...]]:
    """Return what to_torch makes of it, and the arguments of its forward."""
    model, (x,) = ours(name)
    return model.to_torch(), tuple(x) if isinstance(x, list) else (x,)


def first(output: Any) -> Tensor:
    result: Tensor = next(iter(output.values())) if isinstance(output, dict) else output
    return result


def compiled(module: Any, arguments: tuple[Any, ...]) -> Any:
    torch._dynamo.reset()
    return torch.compile(module, fullgraph=True, backend="eager")(*arguments)


def by_export(module: Any, arguments: tuple[Any, ...]) -> Any:
    return torch.export.export(module, arguments).module()(*arguments)


def in_onnxruntime(module: Any, arguments: tuple[Any, ...]) -> Tensor:
    return torch.as_tensor(outputs_in_onnxruntime(module, arguments)[0])


def outputs_in_onnxruntime(module: Any, arguments: tuple[Any, ...]) -> list[np.ndarray]:
    onnxruntime = pytest.importorskip("onnxruntime")
    buffer = io.BytesIO()
    program = torch.onnx.export(module, arguments, dynamo=True, verbose=False)
    assert program is not None
    program.save(buffer)
    session = onnxruntime.InferenceSession(buffer.getvalue(), providers=["CPUExecutionProvider"])
    flat = arguments[0] if isinstance(arguments[0], list) else arguments
    feeds = {i.name: x.numpy() for i, x in zip(session.get_inputs(), flat, strict=True)}
    outputs: list[np.ndarray] = session.run(None, feeds)
    return outputs


def check(way: Any, module: Any, arguments: tuple[Any, ...]) -> None:
    with torch.no_grad():
        expected = first(module(*arguments))
        for part in module.modules():
            if hasattr(part, "reset_states") and getattr(part, "stateful", True):
                part.reset_states()
        torch.testing.assert_close(first(way(module, arguments)), expected, rtol=1e-4, atol=1e-5)


def names(reasons: dict[str, str], chosen: Any = CATALOGUE) -> list[Any]:
    """Return entries of the catalogue, those with a reason marked."""
    return [
        pytest.param(
            name,
            marks=pytest.mark.xfail(reason=reasons[name], strict=True) if name in reasons else (),
        )
        for name in chosen
    ]


# One of each kind, for what takes long.
FEW = [
    "Dense",
    "MaxoutDense",
    "Merge, cos",
    "Graph, merging",
    "Convolution2D, th, same, stride 2",
    "MaxPooling2D, tf, same",
    "AveragePooling2D, th, same",
    "LSTM",
    "GRU, masked",
    "Embedding, masked",
    "BatchNormalization, channels",
    "TimeDistributed, images",
]
STATELESS = [name for name in CATALOGUE if name not in NOT_EXPORTED]


@pytest.mark.slow
@pytest.mark.parametrize("name", CATALOGUE)
def test_torch_compile_takes_a_model_whole(name: str) -> None:
    check(compiled, *ours(name))


@pytest.mark.parametrize("name", FEW)
def test_torch_compile_takes_a_model_of_each_kind_whole(name: str) -> None:
    check(compiled, *ours(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", names(NOT_COMPILED))
def test_torch_compile_takes_what_to_torch_makes_whole(name: str) -> None:
    check(compiled, *exported(name))


@pytest.mark.parametrize("name", [name for name in FEW if "Pooling" not in name])
def test_torch_compile_trains_a_model_of_each_kind(name: str) -> None:
    model, arguments = ours(name)
    model.train().requires_grad_(True)
    torch._dynamo.reset()

    output = first(torch.compile(model, fullgraph=True, backend="aot_eager")(*arguments))
    output.square().sum().backward()

    assert any(bool(p.grad.any()) for p in model.parameters() if p.grad is not None)


@pytest.mark.slow
@pytest.mark.parametrize("name", names(NOT_EXPORTED))
def test_torch_export_takes_a_model(name: str) -> None:
    check(by_export, *ours(name))


@pytest.mark.parametrize("name", FEW)
def test_torch_export_takes_a_model_of_each_kind(name: str) -> None:
    check(by_export, *ours(name))
    check(by_export, *exported(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", STATELESS)
def test_onnx_takes_a_model(name: str) -> None:
    check(in_onnxruntime, *ours(name))


@pytest.mark.parametrize("name", ["Convolution2D, th, same, stride 2", "GRU, masked"])
def test_onnx_takes_a_model_of_some_kinds(name: str) -> None:
    check(in_onnxruntime, *ours(name))
    check(in_onnxruntime, *exported(name))


# Of the recorded models, those without states that last from batch to batch.
STATELESS_MODELS = {"layers": 362, "io": 124}


@pytest.mark.slow
@pytest.mark.parametrize("kind", STATELESS_MODELS)
def test_onnx_predicts_what_keras_0_3_3_did(kind: str, tmp_path: Path) -> None:
    count = 0
    for recorded in recorded_models(kind, tmp_path):
        if recorded.model.stateful_layers():
            continue
        inputs = tensors(recorded.model, recorded.inputs)
        outputs = outputs_in_onnxruntime(recorded.model.to_torch().eval(), tuple(inputs))
        names = recorded.model.output_order if len(outputs) > 1 else [""]
        found = {name: torch.as_tensor(y) for name, y in zip(names, outputs, strict=True)}
        assert_close(found, recorded.expected, recorded.id)
        count += 1
    assert count == STATELESS_MODELS[kind]


# Files


def test_a_folder_has_programs_for_any_number_of_samples(tmp_path: Path) -> None:
    np.random.seed(0)
    model = Sequential([LSTM(3, input_shape=(5, 2)), Dense(2)])

    folder = model.export(tmp_path, onnx=True, pt2=True)

    x = torch.randn(7, 5, 2)
    expected = model.to_torch()(x)
    program = torch.export.load(folder / "model.pt2").module()
    torch.testing.assert_close(program(x), expected)
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(folder / "model.onnx")
    found = session.run(["output"], {"x": x.numpy()})[0]
    np.testing.assert_allclose(found, expected.detach().numpy(), rtol=1e-5, atol=1e-6)
    report = (folder / "report.md").read_text()
    assert "`model.onnx`: ONNX; in onnxruntime it differs by" in report


def test_onnx_is_refused_for_states_that_it_cannot_keep(tmp_path: Path) -> None:
    model = Sequential([LSTM(3, batch_input_shape=(2, 5, 2), stateful=True)])

    with pytest.raises(ValueError, match="LSTM cannot be exported: ONNX keeps no states"):
        model.export(tmp_path, onnx=True)


def test_a_graph_has_names_for_inputs_and_outputs_in_onnx(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    graph = Graph()
    graph.add_input(name="left", input_shape=(3,))
    graph.add_input(name="right", input_shape=(3,))
    graph.add_node(Dense(2), name="sum", inputs=["left", "right"], merge_mode="sum")
    graph.add_node(Dense(2), name="top", input="sum")
    graph.add_output(name="a", input="sum")
    graph.add_output(name="b", input="top")

    folder = graph.export(tmp_path, onnx=True)

    stored = onnx.load(folder / "model.onnx").graph
    assert [value.name for value in stored.input] == ["left", "right"]
    assert [value.name for value in stored.output] == ["a", "b"]
