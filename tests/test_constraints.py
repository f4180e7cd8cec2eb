"""Constraints on weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from legacy_keras import backend as K
from legacy_keras import constraints

W = np.float32([[3.0, 0.3, 0.0], [-4.0, -0.4, 0.0]])  # columns of length 5, 0.5 and 0

CASES: dict[str, tuple[Any, Any]] = {
    "identity": (constraints.identity(), W),
    "nonneg": (constraints.nonneg(), [[3.0, 0.3, 0.0], [0.0, 0.0, 0.0]]),
    "maxnorm": (constraints.maxnorm(), [[1.2, 0.3, 0.0], [-1.6, -0.4, 0.0]]),
    "maxnorm of rows": (
        constraints.maxnorm(1, axis=1),
        W / np.maximum(np.linalg.norm(W, axis=1, keepdims=True), 1),
    ),
    "maxnorm of all": (constraints.maxnorm(1, axis=[0, 1]), W / np.linalg.norm(W)),
    "unitnorm": (constraints.unitnorm(), [[0.6, 0.6, 0.0], [-0.8, -0.8, 0.0]]),
    "unitnorm of rows": (
        constraints.unitnorm(axis=1),
        W / np.linalg.norm(W, axis=1, keepdims=True),
    ),
}


@pytest.mark.parametrize(("constraint", "expected"), CASES.values(), ids=CASES)
def test_weights_are_brought_within_bounds(constraint: Any, expected: Any) -> None:
    result = constraint(torch.from_numpy(W))

    np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["maxnorm", "unitnorm"])
def test_a_fuzz_factor_is_added_to_the_norms_as_in_0_3_3(name: str) -> None:
    K.set_epsilon(1.0)

    result = constraints.get(name)(torch.tensor([[3.0], [4.0]]))

    norm = 2 if name == "maxnorm" else 1
    np.testing.assert_allclose(result, [[3 * norm / 6], [4 * norm / 6]], rtol=1e-6)


@pytest.mark.parametrize("axis", [0, [1, 2, 3]], ids=str)
def test_kernels_are_limited_by_filter_or_by_position(axis: Any) -> None:
    kernel = torch.from_numpy(10 * np.random.normal(size=(4, 3, 2, 2)).astype("float32"))

    result = constraints.maxnorm(1.5, axis=axis)(kernel)

    norms = result.square().sum(axis).sqrt()
    np.testing.assert_allclose(norms, 1.5, rtol=1e-5)


CONFIGS: dict[str, tuple[Any, dict[str, Any]]] = {
    "maxnorm": (constraints.maxnorm(3, axis=1), {"name": "MaxNorm", "m": 3, "axis": 1}),
    "unitnorm": (constraints.unitnorm(axis=[1, 2]), {"name": "UnitNorm", "axis": [1, 2]}),
    "nonneg": (constraints.nonneg(), {"name": "NonNeg"}),
    "identity": (constraints.identity(), {"name": "Constraint"}),
}


@pytest.mark.parametrize(("constraint", "config"), CONFIGS.values(), ids=CONFIGS)
def test_a_constraint_comes_back_from_its_configuration(
    constraint: Any, config: dict[str, Any]
) -> None:
    assert constraint.get_config() == config

    arguments = {k: v for k, v in config.items() if k != "name"}
    again = constraints.get(config["name"], arguments)

    assert again.get_config() == config


def test_names_instances_and_none_are_taken() -> None:
    mine = constraints.maxnorm()

    assert constraints.get(mine) is mine
    assert constraints.get(None) is None
    assert isinstance(constraints.get("maxnorm"), constraints.MaxNorm)
    with pytest.raises(ValueError, match=r"Invalid constraint: non_neg\. Did you mean 'nonneg'"):
        constraints.get("non_neg")
