"""HDF5Matrix and PyTables arrays."""

import gc
import os
import sys

import h5py
import numpy as np
import pytest

from legacy_keras.utils.io_utils import HDF5Matrix, load_array, save_array


@pytest.fixture
def path(tmp_path):
    """20 samples: X is (20, 4), images (20, 2, 3), y (20,)."""
    path = tmp_path / "data.h5"
    with h5py.File(path, "w") as f:
        f["X"] = np.arange(80, dtype="float32").reshape(20, 4)
        f["group/images"] = np.zeros((20, 2, 3), dtype="uint8")
        f["y"] = np.arange(20)
    return str(path)


@pytest.fixture
def y(path):
    """Samples 3 to 16 of y: sample i has the value i + 3."""
    return HDF5Matrix(path, "y", 3, 17)


def test_the_shape_is_that_of_the_samples_from_start_to_end(path):
    assert HDF5Matrix(path, "X", 3, 17).shape == (14, 4)
    assert HDF5Matrix(path, "group/images", 0, 5).shape == (5, 2, 3)
    assert len(HDF5Matrix(path, "y", 3, 17)) == 14


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (0, 3),
        (np.int64(13), 16),
        (-1, 16),
        (slice(0, 3), [3, 4, 5]),
        (slice(11, 14), [14, 15, 16]),
        (slice(None, 2), [3, 4]),
        (slice(12, None), [15, 16]),
        (slice(-2, None), [15, 16]),
        (slice(None, -12), [3, 4]),
        (slice(0, 8, 3), [3, 6, 9]),
        (slice(2, None, -1), [5, 4, 3]),
        (slice(5, 2), []),
        ([0, 2, 5], [3, 5, 8]),
        ([4, 5, 6], [7, 8, 9]),
        ([5, 0, 5], [8, 3, 8]),
        (np.array([13, -14]), [16, 3]),
        (np.arange(14) > 11, [15, 16]),
        ([], []),
    ],
    ids=str,
)
def test_indices_count_from_start(y, key, expected):
    assert np.asarray(y[key]).tolist() == expected


@pytest.mark.parametrize(
    ("key", "index"),
    [
        (14, 14),
        (-15, -15),
        (slice(0, 15), 15),
        ([0, 14], 14),
        (np.array([-15, 0]), -15),
    ],
    ids=str,
)
def test_other_samples_of_the_file_are_out_of_bounds(y, key, index):
    with pytest.raises(IndexError, match=rf"of 14 samples got index {index}; expected -14 to 1"):
        y[key]


def test_one_index_at_a_time(y):
    with pytest.raises(TypeError, match=r"index \(0, 1\); expected an int, a slice or a list"):
        y[0, 1]


def test_the_normalizer_is_given_what_was_read(path):
    matrix = HDF5Matrix(path, "y", 0, 20, normalizer=lambda values: values * 10)

    assert matrix[1:3].tolist() == [10, 20]
    assert matrix[[4, 2]].tolist() == [40, 20]


def test_numpy_takes_it_for_an_array(path):
    matrix = HDF5Matrix(path, "X", 18, 20)

    assert np.asarray(matrix).tolist() == [[72, 73, 74, 75], [76, 77, 78, 79]]
    assert np.array(matrix, dtype="float64").dtype == "float64"
    assert matrix.dtype == "float32"


@pytest.mark.parametrize(
    ("dataset", "start", "end", "error", "message"),
    [
        ("Z", 0, 3, KeyError, "no data set 'Z' .* which has: X, group, group/images, y"),
        ("group", 0, 3, KeyError, "no data set 'group'"),
        ("X", 0, 21, ValueError, "start=0 and end=21 .* has 20 samples"),
        ("X", -1, 3, ValueError, "expected 0 <= start <= end <= 20"),
        ("X", 5, 3, ValueError, "start=5 and end=3"),
    ],
)
def test_what_is_not_in_the_file_is_named(path, dataset, start, end, error, message):
    with pytest.raises(error, match=message):
        HDF5Matrix(path, dataset, start, end)


@pytest.mark.parametrize("error", [FileNotFoundError, KeyError])
def test_a_missing_file_stays_missing(tmp_path, error):
    path = tmp_path / "none.h5"

    with pytest.raises(error, match=r"none\.h5', which is no file"):
        HDF5Matrix(str(path), "X", 0, 3)
    assert not path.exists()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.h5")

    with pytest.raises(FileNotFoundError, match="is no file"):
        HDF5Matrix(str(tmp_path / "pipe.h5"), "X", 0, 3)


def test_matrices_share_a_file_that_closes_after_the_last(path):
    first, second = HDF5Matrix(path, "X", 0, 20), HDF5Matrix(path, "y", 0, 20)
    file = HDF5Matrix.refs[path]

    first.close()
    assert second[3] == 3
    assert file.mode == "r"
    del second, file
    gc.collect()
    assert path not in HDF5Matrix.refs
    with h5py.File(path, "r+") as f:  # refused while it is open for reading
        f["y"][3] = 33
    assert HDF5Matrix(path, "y", 0, 20)[3] == 33


def test_a_file_closed_by_hand_is_opened_again(path):
    first = HDF5Matrix(path, "y", 0, 20)
    HDF5Matrix.refs[path].close()

    assert HDF5Matrix(path, "y", 0, 20)[5] == 5
    assert len(first) == 20


def test_arrays_go_through_pytables(tmp_path):
    pytest.importorskip("tables")
    array = np.arange(6, dtype="int16").reshape(2, 3)

    save_array(array, str(tmp_path / "a.h5"))
    loaded = load_array(str(tmp_path / "a.h5"))

    assert loaded.tolist() == array.tolist()
    assert loaded.dtype == "int16"


def test_without_pytables_the_command_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "tables", None)

    with pytest.raises(ImportError, match=r"need PyTables.*pip install tables"):
        load_array(str(tmp_path / "a.h5"))
