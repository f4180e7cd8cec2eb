"""Text into words, words into indices, indices into matrices.

Padding index sequences is in ``sequence.py``. Old scripts rely on two accidents of
Python 2 that decide which index a word gets: the hash of a string, and the order of a
dict. Both are computed (``_python2.py``), so that an embedding trained under 0.3.3 still fits.

Mirrors: keras 0.3.3, preprocessing/text.py.
"""

from __future__ import annotations

import string
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .._python2 import hash_of, key_order

MODES = ("binary", "count", "freq", "tfidf")


def base_filter() -> str:
    """Return the characters that are no part of words: punctuation but ``'``, tab, newline.

    Mirrors: keras 0.3.3, preprocessing/text.py, base_filter.
    """
    return string.punctuation.replace("'", "") + "\t\n"


def text_to_word_sequence(
    text: str | bytes, filters: str = base_filter(), lower: bool = True, split: str = " "
) -> list[str]:
    """Cut a text into words.

    Args:
        filters: characters that are replaced by ``split``.
        lower: make words lower case first.
        split: what stands between words.

    Raises:
        TypeError: if text is neither a string nor bytes in UTF-8.

    Mirrors: keras 0.3.3, preprocessing/text.py, text_to_word_sequence.
    """
    if isinstance(text, bytes):  # a str of Python 2, encoded for its sake
        text = text.decode("utf-8", "surrogateescape")
    if not isinstance(text, str):
        raise TypeError(
            f"text_to_word_sequence got a text of type {type(text).__name__}; expected str."
        )
    if lower:
        text = text.lower()
    text = text.translate(dict.fromkeys(map(ord, filters), split))
    return [word for word in text.split(split) if word]


def one_hot(
    text: str, n: int, filters: str = base_filter(), lower: bool = True, split: str = " "
) -> list[int]:
    """Turn a text into word indices in [1, n) by hashing; different words may share one.

    The hash is Python 2's, hence the same numbers on every run.

    Raises:
        ValueError: if n is below 2.

    Mirrors: keras 0.3.3, preprocessing/text.py, one_hot.
    """
    if n < 2:
        raise ValueError(f"one_hot got n={n}; expected an int >= 2: indices run from 1 to n - 1.")
    words = text_to_word_sequence(text, filters=filters, lower=lower, split=split)
    hashes = map(hash_of, words)  # without a sign; Python 2's abs(hash(word)) had one
    return [min(value, 2**64 - value) % (n - 1) + 1 for value in hashes]


class Tokenizer:
    """Number the words of a corpus, the most frequent first; 0 is no word's index.

    Words of one frequency stand in the order in which Python 2 lists the keys of a dict,
    as under 0.3.3.

    Args:
        nb_words: use words of an index below this; None uses all of them.
        filters: characters that are no part of words.
        lower: make words lower case.
        split: what stands between words.
        char_level: every character (or item, of a text that is a list) is a word.

    Attributes:
        word_counts: how often each word occurs.
        word_docs: in how many texts it occurs.
        word_index: its index.
        index_docs: in how many texts the word of an index occurs.
        document_count: how many texts were seen.

    Mirrors: keras 0.3.3, preprocessing/text.py, Tokenizer.
    """

    word_index: dict[Any, int]
    index_docs: dict[int, int]

    def __init__(
        self,
        nb_words: int | None = None,
        filters: str = base_filter(),
        lower: bool = True,
        split: str = " ",
        char_level: bool = False,
    ) -> None:
        self.word_counts: dict[Any, int] = {}
        self.word_docs: dict[Any, int] = {}
        self.filters = filters
        self.split = split
        self.lower = lower
        self.nb_words = nb_words
        self.document_count = 0
        self.char_level = char_level

    def __getattr__(self, name: str) -> Any:
        hint = ""
        if name in ("word_index", "index_docs"):
            hint = "; it is made by fit_on_texts. Call that first, or give nb_words"
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}{hint}")

    def fit_on_texts(self, texts: Iterable[Any]) -> None:
        """Count the words of ``texts``, on top of those counted before, and number them."""
        self.document_count = 0
        for text in texts:
            self.document_count += 1
            words = self._words(text)
            _count(self.word_counts, words)
            _count(self.word_docs, dict.fromkeys(words))
        ordered = sorted(
            key_order(self.word_counts), key=lambda word: self.word_counts[word], reverse=True
        )
        self.word_index = {word: i for i, word in enumerate(ordered, start=1)}
        self.index_docs = {self.word_index[word]: n for word, n in self.word_docs.items()}

    def fit_on_sequences(self, sequences: Sequence[Sequence[int]]) -> None:
        """Count word indices instead, for ``sequences_to_matrix`` without any text."""
        self.document_count = len(sequences)
        self.index_docs = {}
        for sequence in sequences:
            _count(self.index_docs, set(sequence))

    def texts_to_sequences(self, texts: Iterable[Any]) -> list[list[int]]:
        """Turn texts into lists of word indices, without unknown and rare words."""
        return list(self.texts_to_sequences_generator(texts))

    def texts_to_sequences_generator(self, texts: Iterable[Any]) -> Iterator[list[int]]:
        """Yield what ``texts_to_sequences`` returns, text by text."""
        for text in texts:
            indices = (self.word_index.get(word) for word in self._words(text))
            yield [i for i in indices if i is not None and (not self.nb_words or i < self.nb_words)]

    def texts_to_matrix(self, texts: Iterable[Any], mode: str = "binary") -> np.ndarray:
        """Turn each text into a row, as ``sequences_to_matrix`` does."""
        return self.sequences_to_matrix(self.texts_to_sequences(texts), mode=mode)

    def sequences_to_matrix(
        self, sequences: Sequence[Sequence[int]], mode: str = "binary"
    ) -> np.ndarray:
        """Turn each list of word indices into a row with a column for each index.

        Shape:
            output: (nb_sequences, nb_words), float64

        Args:
            mode: what stands in the column of a word that occurs: ``"binary"`` 1,
                ``"count"`` how often it does, ``"freq"`` the share of the sequence that it
                makes up, ``"tfidf"`` the logarithm of that share, as under Python 2.

        Raises:
            ValueError: for another mode, or where nothing says how many words there are.

        Mirrors: keras 0.3.3, preprocessing/text.py, Tokenizer.sequences_to_matrix.
        """
        nb_words = self.nb_words or len(self.word_index) + 1
        if nb_words == 1 and not self.nb_words:
            raise ValueError(
                "Specify a dimension (nb_words argument), or fit on some text data first."
            )
        if mode == "tfidf" and not self.document_count:
            raise ValueError("Fit the Tokenizer on some data before using tfidf mode.")
        if mode not in MODES:
            raise ValueError(f"Unknown vectorization mode: {mode}; expected one of {MODES}.")
        matrix = np.zeros((len(sequences), nb_words))
        for row, sequence in zip(matrix, sequences, strict=True):
            for i, n in Counter(j for j in sequence if j < nb_words).items():
                row[i] = self._weight(mode, i, n, len(sequence))
        return matrix

    def _weight(self, mode: str, index: int, count: int, length: int) -> float:
        if mode == "binary":
            return 1.0
        if mode == "count":
            return float(count)
        if mode == "freq":
            return count / length
        # 0.3.3 divides two ints. Python 2 rounds down, to 0 for every word of the corpus:
        # the recorded numbers have no "idf" in them.
        rarity = 1.0 + np.log(1 + self.index_docs.get(index, 0) // (1 + self.document_count))
        return float(np.log(count / length) / rarity)

    def _words(self, text: Any) -> Any:
        if self.char_level:
            return text
        return text_to_word_sequence(text, self.filters, self.lower, self.split)


def _count(counts: dict[Any, int], items: Iterable[Any]) -> None:
    for item in items:
        counts[item] = counts.get(item, 0) + 1
