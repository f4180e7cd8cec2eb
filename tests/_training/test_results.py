"""The loss of one batch: a list as in Keras 0.3.3, and a number as in 0.2."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from legacy_keras.layers.core import Dense
from legacy_keras.models import Sequential
from legacy_keras.utils.generic_utils import Progbar

LOSS = 0.5

# An expression, and what it is for a loss of 0.5.
CASES: dict[str, tuple[Callable[[Any], Any], Any]] = {
    "formatted": (lambda loss: f"{loss:.2f} " + "%.3f" % loss, "0.50 0.500"),  # noqa: UP031
    "summed": (lambda loss: sum([loss, loss]), 1.0),
    "times a size": (lambda loss: loss * 4, 2.0),
    "of numpy's numbers": (lambda loss: np.float64(1) - loss, 0.5),
    "with an array": (lambda loss: (np.ones(2) + loss).tolist(), [1.5, 1.5]),
    "divided": (lambda loss: (loss / 2, 1 / loss), (0.25, 2.0)),
    "between two": (lambda loss: loss - loss, 0.0),
    "compared": (lambda loss: (loss < 1, loss >= 0.75), (True, False)),
    "rounded": (lambda loss: round(loss, 1), 0.5),
    "averaged": (lambda loss: np.mean([loss, loss]), 0.5),
    "indexed": (lambda loss: (loss[0], len(loss), isinstance(loss, list)), (0.5, 1, True)),
    "added to a list": (lambda loss: [1.0] + loss + [2.0], [1.0, 0.5, 2.0]),  # noqa: RUF005
    "added to itself": (lambda loss: loss + loss, [0.5, 0.5]),
    "equal to a list": (lambda loss: bool(loss == list(loss)), True),
    "pickled": (lambda loss: pickle.loads(pickle.dumps(loss)), [0.5]),
}


@pytest.fixture
def loss() -> Any:
    model = Sequential([Dense(1, input_dim=1, init="zero")])
    model.compile("sgd", "mse")
    return model.train_on_batch(np.ones((1, 1)), np.sqrt([[LOSS]]))


@pytest.mark.parametrize(("use", "expected"), CASES.values(), ids=CASES)
def test_a_loss_alone_is_a_list_and_a_number(
    loss: Any, use: Callable[[Any], Any], expected: Any
) -> None:
    assert use(loss) == (expected if isinstance(expected, str) else pytest.approx(expected))


def test_a_progress_bar_takes_it(loss: Any, capsys: pytest.CaptureFixture[str]) -> None:
    Progbar(1).add(1, values=[("train loss", loss)])

    assert "train loss: 0.5000" in capsys.readouterr().out


def test_a_loss_with_an_accuracy_is_a_plain_list() -> None:
    model = Sequential([Dense(1, input_dim=1)])
    model.compile("sgd", "mse")

    results = model.test_on_batch(np.ones((1, 1)), np.ones((1, 1)), accuracy=True)

    assert type(results) is list
    assert len(results) == 2
