"""What holds for every layer, checked on each model of catalogue.py."""

from __future__ import annotations

import copy
import inspect
import io
import json
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from catalogue import CATALOGUE, NB_SAMPLES, Entry
from torch import Tensor
from torch.func import functional_call

from legacy_keras import layers
from legacy_keras._settings import settings
from legacy_keras._training import replay
from legacy_keras.layers import containers, core, recurrent, wrappers
from legacy_keras.layers.core import Layer
from legacy_keras.models import Graph, model_from_config, model_from_json
from legacy_keras.optimizers import SGD

every_layer = pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)


def only(**flags: bool) -> pytest.MarkDecorator:
    """Parametrize over the entries whose flags are so."""
    chosen = {
        name: entry
        for name, entry in CATALOGUE.items()
        if all(getattr(entry, flag) == value for flag, value in flags.items())
    }
    return pytest.mark.parametrize("entry", chosen.values(), ids=chosen)


def compiled(entry: Entry) -> Any:
    model = entry.build()
    loss = {name: "mse" for name in model.output_order} if isinstance(model, Graph) else "mse"
    model.compile(SGD(lr=0.002, momentum=0.5), loss)
    return model


def predicted(model: Any, entry: Entry) -> np.ndarray:
    """Return the only output; a stateful model starts anew."""
    model.reset_states()
    output = model.predict(entry.arguments(model))
    array: np.ndarray = output["out"] if isinstance(output, dict) else output
    return array


def losses(model: Any, entry: Entry, seeds: Any = (1, 2, 3)) -> list[float]:
    """Train on a batch for each seed and return the losses."""
    shape = (NB_SAMPLES, *model.output_shape[1:])
    model.reset_states()
    results = []
    for seed in seeds:
        y = np.random.RandomState(100 + seed).normal(size=shape)
        arguments = entry.arguments(model, seed)
        batch = ({**arguments, "out": y},) if isinstance(arguments, dict) else (arguments, y)
        results.append(float(model.train_on_batch(*batch)[0]))
    return results


def run(model: Any, entry: Entry, weights: dict[str, Tensor] | None = None) -> Tensor:
    """Call the module, perhaps with other weights than its own."""
    output: Tensor = functional_call(model, weights or {}, (entry.tensors(),))
    return output


def distinct_weights(model: Any) -> dict[str, Tensor]:
    """Return the weights by name, a shared one once."""
    return dict(model.named_parameters())


# Completeness

ABSTRACT = {
    recurrent.Recurrent: "it has no step of its own",
    containers.Container: "it has no members of its own",
}


def public_layers() -> set[type[Layer]]:
    """Return the layer classes that a user finds at the paths of 0.3.3."""
    found = {getattr(core, name) for name in core.__all__}
    for module in (layers, containers, wrappers):
        for name, value in vars(module).items():
            # A base class of the others only passes through.
            if not name.startswith("_") and getattr(value, "__module__", "") != Layer.__module__:
                found.add(value) if inspect.isclass(value) else None
    return {cls for cls in found if inspect.isclass(cls) and issubclass(cls, Layer)}


def test_the_catalogue_has_every_public_layer() -> None:
    found = {type(part) for entry in CATALOGUE.values() for part in entry.build().modules()}

    missing = {cls.__name__ for cls in public_layers() - found - set(ABSTRACT)}

    assert not missing


# Replay


@every_layer
def test_replayed_steps_give_the_losses_of_plain_steps(
    entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "PLAIN_STEPS", 2)
    monkeypatch.setattr(replay, "CHECKED_STEPS", 1)
    monkeypatch.setattr(replay, "SECONDS_SAVED_PER_CALL", 1.0)
    results = []
    for allowed in (False, True):
        monkeypatch.setattr(settings, "replay", allowed)
        np.random.seed(3)
        model = compiled(entry)
        results.append(losses(model, entry, range(6)))

    shapes = model.step.compute.shapes.values()
    assert results[0] == results[1]
    assert any(shape.recording for shape in shapes)


# Shapes


@every_layer
@pytest.mark.parametrize("training", [True, False], ids=["training", "testing"])
def test_the_output_has_the_declared_shape_and_float_type(entry: Entry, training: bool) -> None:
    model = entry.build().train(training)
    declared = model.output_shape

    output = run(model, entry)

    assert declared[0] in (None, NB_SAMPLES)
    assert tuple(output.shape) == (NB_SAMPLES, *declared[1:])
    assert output.dtype == torch.float32
    assert bool(torch.isfinite(output).all())


@every_layer
def test_predict_gives_what_the_module_gives(entry: Entry) -> None:
    model = compiled(entry)

    output = predicted(model, entry)

    model.reset_states()
    with torch.no_grad():
        expected = run(model.eval(), entry)
    np.testing.assert_allclose(output, expected.numpy(), rtol=1e-6, atol=1e-7)
    assert output.dtype == np.float64


# Gradients


@every_layer
def test_gradients_reach_the_trainable_weights_and_no_others(entry: Entry) -> None:
    model = compiled(entry)
    trainable = {id(w) for w in model.trainable_weights}
    model.train()
    output = run(model, entry)
    coefficients = torch.from_numpy(np.random.RandomState(7).normal(size=output.shape)).float()

    if trainable:
        (output * coefficients).sum().backward()

    parameters = distinct_weights(model)
    assert trainable <= {id(p) for p in parameters.values()}
    assert {id(p) for p in parameters.values() if p.requires_grad} == trainable
    reached = {n for n, p in parameters.items() if p.grad is not None and bool(p.grad.any())}
    assert reached == {n for n, p in parameters.items() if id(p) in trainable}


@only(steps=False)
def test_gradients_are_those_of_small_differences(entry: Entry, float64: None) -> None:
    model = compiled(entry).train(not entry.random)
    weights = {n: p.detach() for n, p in distinct_weights(model).items() if p.requires_grad}
    inputs = [torch.from_numpy(array) for array in entry.inputs()]
    checked = [x.requires_grad_() for x in inputs if x.is_floating_point()]

    def forward(*tensors: Tensor) -> Tensor:
        named = dict(zip(weights, tensors[len(checked) :], strict=True))
        fed = [*tensors[: len(checked)], *inputs[len(checked) :]]
        output: Tensor = functional_call(model, named, (fed[0] if len(fed) == 1 else fed,))
        return output

    tensors = [*checked, *(w.clone().requires_grad_() for w in weights.values())]
    assert all(t.dtype == torch.float64 for t in tensors)
    assert torch.autograd.gradcheck(forward, tensors)


# Configurations


def without_input_shapes(config: Any) -> Any:
    """Drop what a layer with input_dim adds when it is made again, as in 0.3.3."""
    if isinstance(config, list):
        return [without_input_shapes(part) for part in config]
    if not isinstance(config, dict):
        return config
    kept = {k: v for k, v in config.items() if k != "input_shape"}
    return {k: without_input_shapes(v) for k, v in kept.items()}


@only(config=True)
def test_a_model_from_the_configuration_is_the_same(entry: Entry) -> None:
    model = entry.build()
    config = model.get_config()

    again = model_from_config(config)

    assert without_input_shapes(again.get_config()) == without_input_shapes(config)
    again.set_weights(model.get_weights())
    torch.testing.assert_close(run(again.eval(), entry), run(model.eval(), entry), rtol=0, atol=0)


@only(config=True)
def test_a_model_from_json_is_the_same(entry: Entry) -> None:
    model = compiled(entry)

    again = model_from_json(model.to_json())

    configs = [without_input_shapes(json.loads(m.to_json())) for m in (again, model)]
    assert configs[0] == configs[1]
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(predicted(again, entry), predicted(model, entry))
    assert losses(again, entry, [1]) == losses(model, entry, [1]) or entry.random


UNWRITABLE = ("Lambda", "MaskedLambda", "LambdaMerge", "Merge, join")


@pytest.mark.parametrize("name", UNWRITABLE)
def test_a_function_does_not_go_into_json(name: str) -> None:
    with pytest.raises(TypeError, match="Not JSON Serializable: <function"):
        CATALOGUE[name].build().to_json()


# Copies

COPIES = {
    "deepcopy": copy.deepcopy,
    "pickle": lambda model: pickle.loads(pickle.dumps(model)),
    "torch.save": lambda model: through_a_file(model, weights_only=False),
}


def through_a_file(thing: Any, weights_only: bool) -> Any:
    file = io.BytesIO()
    torch.save(thing, file)
    file.seek(0)
    return torch.load(file, weights_only=weights_only)


@every_layer
@pytest.mark.parametrize("duplicate", COPIES.values(), ids=COPIES)
def test_a_copy_goes_on_alike_and_apart(entry: Entry, duplicate: Any) -> None:
    model = compiled(entry)
    losses(model, entry)
    before = predicted(model, entry)

    copied = duplicate(model)

    np.testing.assert_array_equal(predicted(copied, entry), before)
    trained = losses(copied, entry)
    np.testing.assert_array_equal(predicted(model, entry), before)
    assert losses(model, entry) == trained
    for ours, theirs in zip(model.get_weights(), copied.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@every_layer
def test_a_state_dict_moves_the_weights_to_a_new_model(entry: Entry) -> None:
    model = compiled(entry)
    losses(model, entry)

    again = entry.build()
    again.load_state_dict(through_a_file(model.state_dict(), weights_only=True))

    again.compile("sgd", model.loss)
    np.testing.assert_array_equal(predicted(again, entry), predicted(model, entry))
    for ours, theirs in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


# Float types and devices


@every_layer
def test_everything_is_float64_if_floatx_is(entry: Entry, float64: None) -> None:
    model = compiled(entry)

    assert run(model, entry).dtype == torch.float64
    assert all(w.dtype == np.float64 for w in model.get_weights())
    assert all(np.isfinite(losses(model, entry)))
    assert all(w.dtype == np.float64 for w in model.get_weights())


@every_layer
def test_a_model_trains_on_every_device(entry: Entry, device: str) -> None:
    model = compiled(entry)
    assert {p.device.type for p in model.parameters()} <= {device}
    reference = copy.deepcopy(model.get_weights())

    output, trained = predicted(model, entry), losses(model, entry)

    on_cpu = entry.build()
    on_cpu.set_weights(reference)
    with torch.no_grad():
        expected = run(on_cpu.eval(), entry)
    np.testing.assert_allclose(output, expected.numpy(), rtol=1e-3, atol=1e-4)
    assert np.isfinite(trained).all()
    assert {p.device.type for p in model.parameters()} <= {device}
