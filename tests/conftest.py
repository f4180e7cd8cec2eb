"""What all tests share: a known state before and after each, and the devices at hand."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from legacy_keras import backend as K
from legacy_keras._settings import settings

# Small tensors: more threads would only wait for each other.
torch.set_num_threads(1)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("cuda") and not torch.cuda.is_available():
        pytest.skip("needs an NVIDIA GPU")


@pytest.fixture(autouse=True)
def known_state(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Seed all generators, compute on the CPU, and put the float type and epsilon back."""
    random.seed(1337)
    np.random.seed(1337)
    torch.manual_seed(1337)
    monkeypatch.setattr(settings, "device", "cpu")
    floatx, epsilon = K.floatx(), K.epsilon()
    yield
    K.set_floatx(floatx)
    K.set_epsilon(epsilon)


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=pytest.mark.cuda)])
def device(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make each device at hand the one that models are compiled for."""
    monkeypatch.setattr(settings, "device", request.param)
    return str(request.param)


@pytest.fixture
def float64() -> None:
    """Make float64 the type of weights and inputs."""
    K.set_floatx("float64")
