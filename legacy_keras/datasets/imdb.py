"""Film reviews from IMDB as word indices, labelled 1 (good) or 0.

Mirrors: keras 0.3.3, datasets/imdb.py.
"""

from __future__ import annotations

from .data_utils import Words, find, load_pickle, split_words


def load_data(
    path: str = "imdb.pkl",
    nb_words: int | None = None,
    skip_top: int = 0,
    maxlen: int | None = None,
    test_split: float = 0.2,
    seed: int = 113,
    start_char: int | None = 1,
    oov_char: int | None = 2,
    index_from: int = 3,
) -> tuple[Words, Words]:
    """Return ``(X_train, y_train), (X_test, y_test)``: lists of word indices, and of labels.

    The options are those of ``split_words`` in ``data_utils.py``.

    Args:
        path: name in the cache, or the full path of the file; compressed if it ends
            with ``.gz``.

    Mirrors: keras 0.3.3, datasets/imdb.py, load_data.
    """
    data = load_pickle(find(path, "https://s3.amazonaws.com/text-datasets/imdb.pkl"))
    return split_words(
        data, nb_words, skip_top, maxlen, test_split, seed, start_char, oov_char, index_from
    )
