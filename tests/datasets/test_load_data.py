"""load_data of each data set, on small files of the same format in the cache.

Expected values are those of Keras 0.3.3.
"""

import gzip
import pickle

import numpy as np
import pytest

from legacy_keras.datasets import cifar, cifar10, cifar100, imdb, mnist, reuters

REVIEWS = ([[1, 5, 2], [3], [4, 4, 1, 2, 6], [2, 2], [7, 1], [1]], [0, 1, 1, 0, 1, 0])


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    folder = tmp_path / ".keras" / "datasets"
    folder.mkdir(parents=True)
    return folder


def put(path, data):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(pickle.dumps(data, protocol=2))


def pictures(first, n):
    """n rows of pixels, in the order of the file: all red, all green, all blue."""
    return np.array([[first + i] * 1024 + [2] * 1024 + [3] * 1024 for i in range(n)], "uint8")


def test_mnist_returns_what_is_in_the_file(cache):
    digits = np.arange(8, dtype="uint8").reshape(2, 2, 2)
    data = ((digits, np.array([1, 0])), (digits[:1], np.array([1])))
    (cache / "mnist.pkl.gz").write_bytes(gzip.compress(pickle.dumps(data, protocol=3)))

    (X_train, y_train), (X_test, y_test) = mnist.load_data()

    assert X_train.tolist() == digits.tolist()
    assert X_train.dtype == "uint8"
    assert (y_train.tolist(), X_test.shape, y_test.tolist()) == ([1, 0], (1, 2, 2), [1])


def test_a_batch_of_cifar_has_channels_first(cache):
    put(cache / "batch", {"data": pictures(7, 2), "labels": [4, 5], "fine_labels": [6, 7]})

    data, labels = cifar.load_batch(str(cache / "batch"), label_key="fine_labels")

    assert data.shape == (2, 3, 32, 32)
    assert data[:, :, 5, 9].tolist() == [[7, 2, 3], [8, 2, 3]]
    assert labels == [6, 7]


def test_cifar10_puts_five_batches_together(cache):
    folder = cache / "cifar-10-batches-py"
    for i in range(1, 6):
        put(folder / f"data_batch_{i}", {"data": pictures(10 * i, 2), "labels": [i, i + 1]})
    put(folder / "test_batch", {"data": pictures(9, 1), "labels": [9]})

    (X_train, y_train), (X_test, y_test) = cifar10.load_data()

    assert X_train[:, 0, 0, 0].tolist() == [10, 11, 20, 21, 30, 31, 40, 41, 50, 51]
    assert y_train.ravel().tolist() == [1, 2, 2, 3, 3, 4, 4, 5, 5, 6]
    assert (X_train.dtype, y_train.dtype, y_train.shape) == ("uint8", "uint8", (10, 1))
    assert (X_test.shape, y_test.tolist(), y_test.dtype) == ((1, 3, 32, 32), [[9]], "int64")


@pytest.mark.parametrize(("options", "label"), [({}, 4), ({"label_mode": "coarse"}, 8)])
def test_cifar100_has_two_kinds_of_labels(cache, options, label):
    for name in ("train", "test"):
        batch = {"data": pictures(1, 1), "fine_labels": [4], "coarse_labels": [8]}
        put(cache / "cifar-100-python" / name, batch)

    (X_train, y_train), (_, y_test) = cifar100.load_data(**options)

    assert X_train.shape == (1, 3, 32, 32)
    assert y_train.tolist() == y_test.tolist() == [[label]]


def test_cifar100_has_no_other_kind_of_labels(cache):
    with pytest.raises(ValueError, match=r'must be one of "fine" "coarse", not .rough'):
        cifar100.load_data("rough")


@pytest.mark.parametrize("dataset", [imdb, reuters], ids=["imdb", "reuters"])
@pytest.mark.parametrize(
    ("options", "train", "test"),
    [
        (
            {},
            ([[1, 6], [1, 4, 8, 5], [1, 5, 5], [1, 7, 7, 4, 5, 9]], [1, 0, 0, 1]),
            ([[1, 2, 4], [1, 4]], [1, 0]),
        ),
        (
            {"nb_words": 7, "skip_top": 5},
            ([[2, 6], [2, 2, 2, 5], [2, 5, 5], [2, 2, 2, 2, 5, 2]], [1, 0, 0, 1]),
            ([[2, 2, 2], [2, 2]], [1, 0]),
        ),
        ({"maxlen": 4}, ([[1, 6], [1, 5, 5], [1, 2, 4]], [1, 0, 1]), ([[1, 4]], [0])),
        (
            {"oov_char": None, "nb_words": 8},
            ([[], [8], [], [9]], [1, 0, 0, 1]),
            ([[10], []], [1, 0]),
        ),
        (
            {"start_char": None, "test_split": 0.5, "seed": 1},
            ([[7, 7, 4, 5, 9], [6], [2, 4]], [1, 1, 1]),
            ([[4, 8, 5], [5, 5], [4]], [0, 0, 0]),
        ),
        (
            {"start_char": None, "index_from": 0},
            ([[3], [1, 5, 2], [2, 2], [4, 4, 1, 2, 6]], [1, 0, 0, 1]),
            ([[2, 1], [1]], [1, 0]),
        ),
    ],
    ids=["default", "nb_words", "maxlen", "no oov_char", "no start_char", "as in the file"],
)
def test_words_are_shuffled_limited_and_split(cache, dataset, options, train, test):
    put(cache / f"{dataset.__name__.rpartition('.')[2]}.pkl", REVIEWS)

    assert dataset.load_data(**options) == (train, test)


def test_no_words_left_is_an_error(cache):
    put(cache / "imdb.pkl", REVIEWS)

    with pytest.raises(ValueError, match=r"maxlen=1, no sequence was kept\. Increase maxlen"):
        imdb.load_data(maxlen=1)


def test_the_index_of_reuters_words_is_a_dict(cache):
    put(cache / "reuters_word_index.pkl", {"the": 1, "of": 2})

    assert reuters.get_word_index() == {"the": 1, "of": 2}


def test_a_full_path_is_read_where_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "nowhere"))
    put(tmp_path / "mine" / "films.pkl", REVIEWS)

    (X_train, _), _ = imdb.load_data(path=str(tmp_path / "mine" / "films.pkl"))

    assert len(X_train) == 4
    with pytest.raises(FileNotFoundError, match=r"none\.pkl', which is no file; expected the full"):
        imdb.load_data(path=str(tmp_path / "none.pkl"))
