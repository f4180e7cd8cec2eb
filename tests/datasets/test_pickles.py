"""Reading the pickles of data sets: those of Python 2 and 3, broken ones, and hostile ones."""

import collections
import gzip
import os
import pickle
import subprocess

import numpy as np
import pytest

from legacy_keras import UnsafeModelError
from legacy_keras.datasets import data_utils
from legacy_keras.datasets.data_utils import load_pickle

# cPickle.dumps of Python 2.7 with NumPy 1.16, protocol 0 and 2:
# {"data": numpy.array([[1, 200]], "uint8"), "labels": [3], "name": "caf\xc3\xa9"}
PYTHON_2 = {
    0: (
        b"(dp1\nS'labels'\np2\n(lp3\nI3\nasS'data'\np4\ncnumpy.core.multiarray\n_reconstruct\np5\n"
        b"(cnumpy\nndarray\np6\n(I0\ntS'b'\ntRp7\n(I1\n(I1\nI2\ntcnumpy\ndtype\np8\n(S'u1'\nI0\n"
        b"I1\ntRp9\n(I3\nS'|'\nNNNI-1\nI-1\nI0\ntbI00\nS'\\x01\\xc8'\ntbsS'name'\np10\n"
        b"S'caf\\xc3\\xa9'\np11\ns."
    ),
    2: (
        b"\x80\x02}q\x01(U\x06labelsq\x02]q\x03K\x03aU\x04dataq\x04cnumpy.core.multiarray\n"
        b"_reconstruct\nq\x05cnumpy\nndarray\nq\x06K\x00\x85U\x01b\x87Rq\x07(K\x01K\x01K\x02\x86"
        b"cnumpy\ndtype\nq\x08U\x02u1K\x00K\x01\x87Rq\t(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff"
        b"\xff\xffK\x00tb\x89U\x02\x01\xc8tbU\x04nameq\nU\x05caf\xc3\xa9q\x0bu."
    ),
}


@pytest.fixture
def write(tmp_path):
    """Returns the path of a file with this content, bytes or an object to pickle."""

    def write(content, name="data.pkl", protocol=2):
        data = content if isinstance(content, bytes) else pickle.dumps(content, protocol)
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
        return str(tmp_path / name)

    return write


@pytest.mark.parametrize("protocol", PYTHON_2)
def test_pickles_of_python_2_are_read(write, protocol):
    loaded = load_pickle(write(PYTHON_2[protocol]))

    assert sorted(loaded) == ["data", "labels", "name"]
    assert loaded["data"].tolist() == [[1, 200]]
    assert loaded["data"].dtype == "uint8"
    assert type(loaded["data"]) is np.ndarray
    assert loaded["labels"] == [3]
    assert loaded["name"].encode("latin1").decode("utf-8") == "café"


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=">i4").reshape(2, 3),
        np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        np.array([True, False]),
        np.array(["ab", "c"]),
        np.array([b"ab", b"c"]),
        np.zeros((0, 3), dtype="float32"),
        np.array(5.0),
        np.array([1 + 2j]),
    ],
    ids=["big-endian", "fortran", "bool", "text", "bytes", "empty", "0-d", "complex"],
)
@pytest.mark.parametrize("protocol", [1, 2, 3, 4])
def test_arrays_come_back_as_they_were(write, array, protocol):
    (loaded,) = load_pickle(write((array,), protocol=protocol))

    np.testing.assert_array_equal(loaded, array)
    assert loaded.dtype == array.dtype
    assert loaded.flags.writeable


def test_containers_come_back_with_what_they_share(write):
    array = np.arange(3)
    data = {"a": [array, array], "b": (np.float32(0.5), {1, 2}, frozenset({3})), "c": None}

    loaded = load_pickle(write(data, protocol=3))

    assert loaded["a"][0] is loaded["a"][1]
    assert loaded["a"][0].tolist() == [0, 1, 2]
    assert loaded["b"] == data["b"]
    assert loaded["b"][0].dtype == "float32"


def test_a_compressed_pickle_goes_by_its_ending(write):
    assert load_pickle(write([1, 2], name="data.pkl.gz")) == [1, 2]


class Payload:
    """Pickles to a call of any function."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize(
    ("function", "arguments", "name"),
    [
        (os.system, ("echo > marker",), "(posix|nt).system"),
        (eval, ("open('marker', 'w')",), "(builtins|__builtin__).eval"),
        (open, ("marker", "w"), "(_?io|builtins|__builtin__).open"),
        (subprocess.call, (["touch", "marker"],), "(subprocess|commands).call"),
        (np.load, ("marker",), "numpy.*load"),
        (np.zeros, ((2,),), "numpy.*zeros"),
        (collections.OrderedDict, (), "collections.OrderedDict"),
        (getattr, ("text", "join"), "(builtins|__builtin__).getattr"),
    ],
    ids=lambda v: getattr(v, "__name__", None),
)
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_what_is_not_data_is_refused_by_name(
    write, tmp_path, monkeypatch, function, arguments, name, protocol
):
    monkeypatch.chdir(tmp_path)
    path = write([Payload(function, *arguments)], protocol=protocol)

    with pytest.raises(
        UnsafeModelError, match=f"asks for {name}, and only arrays and plain containers"
    ):
        load_pickle(path)
    assert not (tmp_path / "marker").exists()


def array_state(shape, dtype_state, raw):
    """A pickle of an array with this state, in protocol 2."""
    dtype = Payload(np.dtype, *dtype_state[:3])
    dtype.call += (dtype_state[3:],)
    array = Payload(np.empty(0).__reduce__()[0], np.ndarray, (0,), b"b")
    array.call += ((1, shape, dtype, False, raw),)
    return pickle.dumps(array, 3)


INT8 = ("i8", False, True, 3, "<", None, None, None, -1, -1, 0)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (array_state((10**12,), INT8, b"\0" * 8), r"shape \(1000000000000,\) .* has 8 bytes"),
        (array_state((-1,), INT8, b"\0" * 8), r"shape \(-1,\) .* has 8 bytes"),
        (array_state((3,), INT8, b"\0" * 8), "has 8 bytes"),
        (pickle.dumps(np.array([None, 1]), 3), "array of dtype object"),
        (pickle.dumps(np.zeros(2, "i4,f4"), 3), "array of dtype .*V8"),
        (b"", "Ran out of input"),
        (pickle.dumps([1] * 100)[:-20], "was not read"),
        (b"<html>404</html>", "was not read"),
        (b"cnumpy\nndarray\n(I1000000000000\ntR.", "was not read"),
        (b"c_codecs\nencode\n(Va\nVzip\ntR.", "text in the encoding 'zip'"),
        (b"\x80\x04\x96" + b"\xff" * 8, "was not read"),
    ],
    ids=[
        "huge array",
        "negative shape",
        "bytes missing",
        "objects",
        "records",
        "empty file",
        "cut",
        "web page",
        "ndarray called",
        "other encoding",
        "huge length",
    ],
)
def test_broken_and_hostile_data_is_one_kind_of_error(write, data, message):
    with pytest.raises(ValueError, match=rf"data\.pkl was not read: .*{message}|{message}"):
        load_pickle(write(data))


def test_a_dtype_cannot_make_pointers_of_numbers(write):
    has_objects = ("V8", False, True, 3, "|", None, ("a",), {"a": (np.dtype("i8"), 0)}, 8, 1, 0x3F)

    with pytest.raises(ValueError, match=r"array of dtype .*V8"):
        load_pickle(write(array_state((2,), has_objects, [1, 2])))


def test_lists_that_share_lists_take_no_time(write):
    nested = [np.arange(2)]
    for _ in range(60):
        nested = [nested, nested]

    assert load_pickle(write(nested, protocol=3))[0][1] is not None


def test_a_decompression_bomb_is_refused(write, monkeypatch):
    monkeypatch.setattr(data_utils, "MAX_UNPACKED", 1000)
    path = write(bytes(10**6), name="bomb.pkl.gz")

    with pytest.raises(
        UnsafeModelError, match=r"bomb.pkl.gz was not read: it unpacks to more than"
    ):
        load_pickle(path)


def test_get_file_is_still_found_here():
    with pytest.warns(UserWarning, match=r"moved to keras\.utils\.data_utils"):
        from legacy_keras.datasets.data_utils import get_file

    from legacy_keras.utils.data_utils import get_file as moved

    assert get_file is moved
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = data_utils.nothing
