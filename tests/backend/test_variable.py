"""Variables, the float type and the other constants of K."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from legacy_keras import backend as K
from legacy_keras.layers.core import Dense


class TestVariables:
    @pytest.mark.parametrize(
        "value",
        [3, 3.5, [1, 2], [[1.0]], np.arange(6).reshape(2, 3), np.float64(2)],
        ids=["int", "float", "list", "nested list", "array", "NumPy number"],
    )
    def test_anything_that_numpy_takes_becomes_float32(self, value: Any) -> None:
        variable = K.variable(value)

        assert variable.get_value().dtype == np.float32
        np.testing.assert_array_equal(variable.get_value(), np.float32(value))

    @pytest.mark.parametrize(
        "array",
        [
            np.arange(6, dtype="float32").reshape(2, 3)[::-1, ::-1],
            np.arange(6, dtype=">f4").reshape(2, 3),
            np.arange(6, dtype="uint16").reshape(2, 3),
            np.broadcast_to(np.float32(3), (2, 3)),
        ],
        ids=["backwards", "big-endian", "unsigned", "read-only"],
    )
    def test_arrays_of_any_layout_are_values(self, array: np.ndarray) -> None:
        variable, x = K.zeros((2, 3)), K.placeholder(ndim=2)

        K.set_value(variable, array)

        np.testing.assert_array_equal(K.get_value(variable), array)
        np.testing.assert_array_equal(K.get_value(K.variable(array)), array)
        np.testing.assert_array_equal(K.function([x], [x * 1.0])([array])[0], array)
        np.testing.assert_array_equal(K.eval(variable * 0.0 + array), array)

    def test_the_array_it_was_made_of_is_copied(self) -> None:
        array = np.ones(3, "float32")
        variable = K.variable(array)

        array[:] = 5

        assert K.get_value(variable).tolist() == [1, 1, 1]

    def test_what_get_value_returns_is_a_copy(self) -> None:
        variable = K.variable([1.0])

        variable.get_value(borrow=True)[:] = 5
        K.get_value(variable)[:] = 5
        variable.eval()[:] = 5

        assert K.get_value(variable) == 1

    def test_dtype_and_name_are_options(self) -> None:
        variable = K.variable([1, 2], dtype="int32", name="mine")

        assert variable.get_value().dtype == np.int32
        assert variable.name == "mine"
        variable.name = "yours"
        assert variable.name == "yours"
        assert K.variable(1).name is None

    def test_set_value_casts_and_may_change_the_shape_as_in_theano(self) -> None:
        variable = K.variable([1.0, 2.0])

        K.set_value(variable, np.float64([3, 4]))
        assert variable.get_value().dtype == np.float32
        variable.set_value([[5, 6, 7]])
        assert K.get_value(variable).tolist() == [[5, 6, 7]]

    def test_zeros_and_ones_take_a_shape_or_a_size(self) -> None:
        assert K.get_value(K.zeros((2, 3))).shape == (2, 3)
        assert K.get_value(K.ones(3)).tolist() == [1, 1, 1]
        assert K.get_value(K.zeros((2,), dtype="int32")).dtype == np.int32

    @pytest.mark.parametrize("dtype", [np.int32, np.dtype("int32"), torch.int32], ids=repr)
    def test_a_dtype_may_be_the_type_itself(self, dtype: Any) -> None:
        assert K.get_value(K.zeros((2,), dtype=dtype)).dtype == np.int32

    def test_count_params_is_a_numpy_integer_as_in_0_3_3(self) -> None:
        count = K.count_params(K.zeros((2, 3)))

        assert count == 6
        assert isinstance(count, np.integer)
        assert Dense(2, input_dim=3).count_params() == 8

    def test_get_value_of_something_else_is_refused(self) -> None:
        with pytest.raises(
            TypeError, match=r"can only be called on a variable; got int\. Use eval"
        ):
            K.get_value(3)

    def test_a_variable_is_a_parameter_of_torch(self) -> None:
        variable = K.variable([1.0, 2.0])

        assert isinstance(variable, torch.nn.Parameter)
        assert not variable.requires_grad
        with torch.no_grad():
            assert isinstance(torch.relu(variable), Tensor)

    @pytest.mark.parametrize(
        "duplicate",
        [copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))],
        ids=["copy", "pickle"],
    )
    def test_a_copy_has_name_and_value_and_is_apart(self, duplicate: Any) -> None:
        variable = K.variable([1.0], name="mine")

        again = duplicate(variable)
        K.set_value(again, [2.0])

        assert again.name == "mine"
        assert type(again) is type(variable)
        assert K.get_value(variable) == 1

    def test_copies_of_a_structure_share_what_it_shares(self) -> None:
        variable = K.variable([1.0])

        first, second = copy.deepcopy([variable, variable])

        assert first is second


class TestFloatType:
    def test_it_is_float32_and_can_be_set(self) -> None:
        assert K.floatx() == "float32"

        K.set_floatx("float64")

        assert K.floatx() == "float64"
        assert K.variable(1).get_value().dtype == np.float64
        assert K.zeros((1,)).get_value().dtype == np.float64
        assert K.cast_to_floatx([1, 2]).dtype == np.float64
        assert K.eval(K.random_normal((1,))).dtype == np.float64

    def test_other_types_are_refused(self) -> None:
        with pytest.raises(ValueError, match="Unknown floatx type: 'float8'; expected one of floa"):
            K.set_floatx("float8")

    def test_weights_that_exist_stay_as_they_are(self) -> None:
        layer = Dense(2, input_dim=3)

        K.set_floatx("float64")

        assert layer.get_weights()[0].dtype == np.float32


def test_the_fuzz_factor_can_be_set() -> None:
    assert K.epsilon() == pytest.approx(1e-7)

    K.set_epsilon(1e-3)

    assert K.epsilon() == 1e-3


SHOW = "from legacy_keras import backend as K; print(K.floatx(), K.epsilon(), K._BACKEND)"


def shown(home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with another home, and print K's constants."""
    path = os.pathsep.join(p for p in sys.path if p)
    outside = {k: value for k, value in os.environ.items() if "KERAS" not in k}
    return subprocess.run(
        [sys.executable, "-c", SHOW],
        env={**outside, "HOME": str(home), "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


class TestStart:
    def test_keras_json_and_the_environment_are_heeded(self, tmp_path: Path) -> None:
        (tmp_path / ".keras").mkdir()
        config = {"floatx": "float64", "epsilon": 1e-05, "backend": "theano"}
        (tmp_path / ".keras" / "keras.json").write_text(json.dumps(config))

        assert shown(tmp_path).stdout == "float64 1e-05 theano\n"
        assert shown(tmp_path, KERAS_BACKEND="tensorflow").stdout == "float64 1e-05 tensorflow\n"

    def test_nothing_is_written(self, tmp_path: Path) -> None:
        assert shown(tmp_path).stdout == "float32 1e-07 theano\n"
        assert list(tmp_path.iterdir()) == []

    def test_an_unknown_backend_is_refused(self, tmp_path: Path) -> None:
        result = shown(tmp_path, KERAS_BACKEND="jax")

        assert result.returncode != 0
        assert "KERAS_BACKEND is 'jax'; expected 'theano' or 'tensorflow'" in result.stderr

    def test_the_file_of_a_later_keras_is_ignored(self, tmp_path: Path) -> None:
        (tmp_path / ".keras").mkdir()
        config = {"backend": "tensorflow", "image_data_format": "channels_last"}
        (tmp_path / ".keras" / "keras.json").write_text(json.dumps(config))

        assert shown(tmp_path).stdout == "float32 1e-07 theano\n"
