"""The settings that trade exactness or generality for speed."""

from __future__ import annotations

import copy
import os
import platform
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import torch
from small_models import assert_same, classes, classifier, everything, graph_data, two_outputs

from legacy_keras import optimizers
from legacy_keras._settings import settings
from legacy_keras._training import replay
from legacy_keras._training.cuda_graph import Captured
from legacy_keras.layers.core import Dense, Dropout, Flatten
from legacy_keras.layers.normalization import BatchNormalization
from legacy_keras.layers.recurrent import GRU, LSTM, SimpleRNN
from legacy_keras.models import Sequential


@pytest.fixture(autouse=True)
def captured_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "PLAIN_STEPS", 3)
    monkeypatch.setattr(replay, "SECONDS_SAVED_PER_CALL", 1.0)


def history(model: Any, nb_epoch: int = 4) -> list[float]:
    np.random.seed(2)
    X, y = classes(40)
    losses = model.fit(X, y, batch_size=8, nb_epoch=nb_epoch, verbose=0).history["loss"]
    return [float(loss) for loss in losses]


# bfloat16


def test_bf16_computes_coarsely_and_keeps_weights_in_float32(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = classifier()
    exact = copy.deepcopy(model)
    monkeypatch.setattr(settings, "bf16", True)
    model.compile("sgd", "categorical_crossentropy")

    coarse, fine = history(model), history(exact)

    assert coarse != fine
    np.testing.assert_allclose(coarse, fine, rtol=0.02)
    assert {p.dtype for p in model.parameters()} == {torch.float32}
    assert model.predict(classes(4)[0]).dtype == np.float64


OWN_BACKWARDS: dict[str, list[Any]] = {
    "BatchNormalization": [Flatten(input_shape=(6, 4)), Dense(8), BatchNormalization()],
    "SimpleRNN": [SimpleRNN(5, input_shape=(6, 4))],
    "LSTM": [LSTM(5, input_shape=(6, 4))],
    "LSTM of torch": [LSTM(5, inner_activation="sigmoid", input_shape=(6, 4))],
    "GRU": [GRU(5, input_shape=(6, 4))],
}


@pytest.mark.parametrize("layers", OWN_BACKWARDS.values(), ids=OWN_BACKWARDS)
def test_layers_with_a_backward_pass_of_their_own_train_in_bf16(
    layers: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    X, y = np.random.RandomState(0).rand(16, 6, 4), np.ones((16, 1))
    losses = []
    for bf16 in (False, True):
        monkeypatch.setattr(settings, "bf16", bf16)
        np.random.seed(0)
        model = Sequential([*copy.deepcopy(layers), Dense(1, activation="sigmoid")])
        model.compile("sgd", "binary_crossentropy", device="cpu")
        fitted = model.fit(X, y, batch_size=8, nb_epoch=3, verbose=0, shuffle=False)
        losses.append(fitted.history["loss"])

    assert losses[0] != losses[1]
    np.testing.assert_allclose(*losses, rtol=0.02)


# torch.compile


def test_a_compiled_model_gives_the_numbers_of_the_plain_one(
    device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = classifier("adam")
    plain = copy.deepcopy(model)
    monkeypatch.setattr(settings, "compile", "aot_eager")  # a backend without a compiler
    model.compile("adam", "categorical_crossentropy")

    np.testing.assert_allclose(history(model), history(plain), rtol=1e-6)


def test_a_copy_of_a_compiled_model_compiles_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "compile", "eager")
    model = classifier()
    history(model)

    other = copy.deepcopy(model)

    assert history(other) == history(model)


def test_an_unknown_backend_is_refused_by_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "compile", "no such backend")
    model = classifier()

    with pytest.raises(Exception, match="no such backend"):
        model.train_on_batch(*classes(8))


# CUDA graphs


def noisy() -> Sequential:
    model = Sequential(
        [
            Dense(6, input_dim=4, activation="relu"),
            BatchNormalization(),
            Dropout(0.3),
            Dense(3, activation="softmax"),
        ]
    )
    model.compile(optimizers.Adam(), "categorical_crossentropy")
    return model


def captures(model: Any) -> list[Any]:
    found = [shape.recording for shape in model.step.compute.shapes.values()]
    return [recording for recording in found if isinstance(recording, Captured)]


@pytest.mark.cuda
@pytest.mark.parametrize("build", [classifier, noisy])
def test_a_captured_step_gives_the_numbers_of_an_eager_one(
    build: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "device", "cuda")
    losses = []
    for captured in (False, True):
        monkeypatch.setattr(settings, "cuda_graph", captured)
        np.random.seed(1)
        model = build()
        losses.append(history(model))
        assert bool(captures(model)) == captured

    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-4)


@pytest.mark.cuda
def test_a_captured_step_of_a_graph_gives_the_numbers_of_an_eager_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "device", "cuda")
    results = []
    for captured in (False, True):
        monkeypatch.setattr(settings, "cuda_graph", captured)
        np.random.seed(1)
        model = two_outputs()
        model.fit(graph_data(40), batch_size=8, nb_epoch=4, verbose=0)
        results.append(everything(model))
        assert bool(captures(model)) == captured

    for eager, replayed in zip(*results, strict=True):
        np.testing.assert_allclose(eager, replayed, rtol=1e-4, atol=1e-6)


@pytest.mark.cuda
def test_a_weight_that_moves_in_memory_ends_the_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "device", "cuda")
    monkeypatch.setattr(settings, "cuda_graph", True)
    model = classifier()
    X, y = classes(8)
    for _ in range(8):
        model.train_on_batch(X, y)
    assert captures(model)

    for p in model.parameters():
        p.data = torch.zeros_like(p)
    (loss,) = model.train_on_batch(X, y)

    np.testing.assert_allclose(loss, np.log(3), rtol=1e-5)


def test_on_the_cpu_the_setting_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    np.random.seed(1)
    plain = classifier()
    history(plain)
    monkeypatch.setattr(settings, "cuda_graph", True)
    np.random.seed(1)
    model = classifier()
    history(model)

    assert_same(everything(model), everything(plain))


# Freed memory

COUNT_PAGE_FAULTS = """
import resource, sys
import torch
from legacy_keras import settings
from legacy_keras.layers.core import Dense
from legacy_keras.models import Sequential

settings.keep_memory = sys.argv[1] == "keep"
Sequential([Dense(1, input_dim=1)]).compile("sgd", "mse", device="cpu")

def batch():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    [torch.zeros(1 << 18) for _ in range(100)]  # 1 MiB each
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

print(sum([batch() for _ in range(5)][1:]))
"""


def page_faults(argument: str, **environment: str) -> int:
    """Return how many pages the system hands out for four batches after one that was like them."""
    command = [sys.executable, "-c", COUNT_PAGE_FAULTS, argument]
    run = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return int(run.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library keeps its ways")
def test_freed_memory_is_kept_for_the_next_batch_unless_a_setting_or_the_environment_says_no() -> (
    None
):
    kept = page_faults("keep")

    assert page_faults("give back") > 3 * kept
    assert page_faults("keep", MALLOC_TRIM_THRESHOLD_="131072") > 3 * kept
