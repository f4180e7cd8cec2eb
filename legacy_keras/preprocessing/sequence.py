"""Sequences of integers: padding, and the pairs of words that word2vec learns from.

Text becomes such sequences in ``text.py``.

Mirrors: keras 0.3.3, preprocessing/sequence.py.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import numpy as np


def pad_sequences(
    sequences: Sequence[Any],
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: float = 0.0,
) -> np.ndarray:
    """Make one array of sequences of different lengths.

    Shape:
        sequences: nb_samples sequences of shape (length, ...); an empty one is all padding
        output: (nb_samples, maxlen, ...), dtype

    Args:
        maxlen: timesteps of the result; None takes the longest sequence.
        dtype: what values are cast to.
        padding: ``"pre"`` or ``"post"``: where ``value`` goes in shorter sequences.
        truncating: ``"pre"`` or ``"post"``: where longer sequences lose timesteps.
        value: the padding.

    Raises:
        ValueError: if an argument is none of these, or timesteps differ in shape.

    Mirrors: keras 0.3.3, preprocessing/sequence.py, pad_sequences.
    """
    for kind, given in (("Truncating", truncating), ("Padding", padding)):
        if given not in ("pre", "post"):
            raise ValueError(f'{kind} type "{given}" not understood; expected "pre" or "post".')
    lengths = [len(sequence) for sequence in sequences]
    if maxlen is None:
        if not lengths:
            raise ValueError(
                "pad_sequences got no sequences and maxlen=None; expected at least one "
                "sequence to take the length of. Give maxlen."
            )
        maxlen = max(lengths)

    filled = [i for i, length in enumerate(lengths) if length]
    step_shape = np.asarray(sequences[filled[0]]).shape[1:] if filled else ()
    padded = np.full((len(lengths), maxlen, *step_shape), value).astype(dtype)
    for i in filled if maxlen else ():
        kept = sequences[i][-maxlen:] if truncating == "pre" else sequences[i][:maxlen]
        steps = np.asarray(kept).astype(dtype)
        if steps.shape[1:] != step_shape:
            raise ValueError(
                f"Shape of sample {steps.shape[1:]} of sequence at position {i} is different "
                f"from expected shape {step_shape}"
            )
        if padding == "pre":
            padded[i, -len(steps) :] = steps
        else:
            padded[i, : len(steps)] = steps
    return padded


def make_sampling_table(size: int, sampling_factor: float = 1e-5) -> np.ndarray:
    """Return the probability with which word2vec keeps the word of each rank.

    Frequencies are those of Zipf's law, with the harmonic numbers approximated:

        1 / frequency(rank) = rank (log(rank) + gamma) + 1/2 - 1 / (12 rank)
        p(rank) = min(1, sqrt(sampling_factor / frequency(rank)))

    Shape:
        output: (size,), float64; rank 0 counts as rank 1

    Mirrors: keras 0.3.3, preprocessing/sequence.py, make_sampling_table.
    """
    gamma = 0.577
    rank = np.maximum(np.arange(size), 1)
    inverse_frequency = rank * (np.log(rank) + gamma) + 0.5 - 1.0 / (12.0 * rank)
    ratio = sampling_factor * inverse_frequency
    return np.asarray(np.minimum(1.0, ratio / np.sqrt(ratio)))


def skipgrams(
    sequence: Sequence[int],
    vocabulary_size: int,
    window_size: int = 4,
    negative_samples: float = 1.0,
    shuffle: bool = True,
    categorical: bool = False,
    sampling_table: Any = None,
) -> tuple[list[list[int]], list[Any]]:
    """Pair each word with its neighbours (label 1) and with random words (label 0).

    Draws come from Python's ``random``, and are those that Python 2 made: the same seed
    gives the pairs it gave under 0.3.3. Shuffling leaves ``random`` seeded, as there.

    Args:
        sequence: word indices; 0 is no word and is skipped.
        vocabulary_size: highest word index + 1.
        window_size: words on each side that count as neighbours.
        negative_samples: random pairs for each pair of neighbours; 0 for none.
        shuffle: mix the pairs, and the labels alike.
        categorical: labels are ``[0, 1]`` and ``[1, 0]`` in place of 1 and 0.
        sampling_table: probability of keeping each word, by index.

    Returns:
        A list of ``[word, other]``, and the list of labels.

    Mirrors: keras 0.3.3, preprocessing/sequence.py, skipgrams.
    """
    couples: list[list[int]] = []
    for i, word in enumerate(sequence):
        if not word:
            continue
        if sampling_table is not None and sampling_table[word] < random.random():
            continue
        neighbours = range(max(0, i - window_size), min(len(sequence), i + window_size + 1))
        couples += [[word, sequence[j]] for j in neighbours if j != i and sequence[j]]
    positive, negative = ([0, 1], [1, 0]) if categorical else (1, 0)
    labels: list[Any] = [positive] * len(couples)

    if negative_samples > 0:
        nb_negative = int(len(couples) * negative_samples)
        words = [couple[0] for couple in couples]
        _shuffle(words)
        couples += [
            [words[i % len(words)], 1 + _below(vocabulary_size - 1)] for i in range(nb_negative)
        ]
        labels += [negative] * nb_negative

    if shuffle:
        seed = _below(int(10e6) + 1)
        for items in (couples, labels):
            random.seed(seed)
            _shuffle(items)
    return couples, labels


def _below(n: int) -> int:
    """Return a random integer in [0, n), drawn as ``random.randint`` drew it in Python 2."""
    return int(random.random() * n)


def _shuffle(items: list[Any]) -> None:
    """Shuffle in place as ``random.shuffle`` did in Python 2; Python 3 draws otherwise."""
    for i in range(len(items) - 1, 0, -1):
        j = _below(i + 1)
        items[i], items[j] = items[j], items[i]
