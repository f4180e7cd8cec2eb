"""Expected values are those of Keras 0.3.3 on Python 2.7."""

import random

import numpy as np
import pytest

from legacy_keras.preprocessing.sequence import make_sampling_table, pad_sequences, skipgrams

SEQUENCES = [[1, 2, 3, 4], [5], [], [6, 7]]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, [[1, 2, 3, 4], [0, 0, 0, 5], [0, 0, 0, 0], [0, 0, 6, 7]]),
        ({"maxlen": 3}, [[2, 3, 4], [0, 0, 5], [0, 0, 0], [0, 6, 7]]),
        ({"maxlen": 3, "truncating": "post"}, [[1, 2, 3], [0, 0, 5], [0, 0, 0], [0, 6, 7]]),
        ({"maxlen": 3, "padding": "post"}, [[2, 3, 4], [5, 0, 0], [0, 0, 0], [6, 7, 0]]),
        ({"maxlen": 2, "value": 9}, [[3, 4], [9, 5], [9, 9], [6, 7]]),
        ({"maxlen": 0}, [[], [], [], []]),
    ],
    ids=str,
)
def test_pad_sequences_pads_and_cuts_the_front_by_default(options, expected):
    padded = pad_sequences(SEQUENCES, **options)

    assert padded.tolist() == expected
    assert padded.dtype == "int32"


@pytest.mark.parametrize(
    ("sequences", "options", "expected"),
    [
        ([[1.9, -1.9], [1]], {"value": 2.7}, [[1, -1], [2, 1]]),
        ([[300]], {"dtype": "uint8"}, [[44]]),
        ([], {"maxlen": 2}, []),
        ([[], []], {"maxlen": 2}, [[0, 0], [0, 0]]),
        (
            [[[1, 2]], [[3, 4], [5, 6]]],
            {"dtype": "float32", "value": 0.5},
            [[[0.5, 0.5], [1, 2]], [[3, 4], [5, 6]]],
        ),
        ([np.array([1, 2, 3]), np.array([4])], {"maxlen": 2}, [[2, 3], [0, 4]]),
    ],
    ids=["floats are cut", "ints wrap", "none", "only empty ones", "vectors", "arrays"],
)
def test_pad_sequences_casts_and_takes_steps_of_any_shape(sequences, options, expected):
    padded = pad_sequences(sequences, **options)

    assert padded.tolist() == expected
    assert padded.dtype == options.get("dtype", "int32")


@pytest.mark.parametrize(
    ("sequences", "options", "message"),
    [
        ([[1]], {"padding": "mid"}, 'Padding type "mid" not understood; expected "pre" or "post"'),
        ([[1]], {"truncating": "mid"}, 'Truncating type "mid" not understood'),
        ([[[1, 2]], [[1]]], {}, r"\(1,\) of sequence at position 1 .* expected shape \(2,\)"),
        ([], {}, "no sequences and maxlen=None.*Give maxlen"),
    ],
)
def test_pad_sequences_says_what_it_did_not_understand(sequences, options, message):
    with pytest.raises(ValueError, match=message):
        pad_sequences(sequences, **options)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((4,), [0.0031522478751942504, 0.0031522478751942504, 0.0054759726, 0.0074155640]),
        ((3, 0.1), [0.31522478751942506, 0.31522478751942506, 0.5475972693917698]),
        ((2, 10.0), [1.0, 1.0]),
    ],
)
def test_make_sampling_table_follows_zipf_and_stops_at_one(arguments, expected):
    np.testing.assert_allclose(make_sampling_table(*arguments), expected, rtol=1e-7)


@pytest.mark.parametrize(
    ("options", "couples", "labels", "next_draw"),
    [
        (
            {},
            ["24", "32", "25", "23", "43", "41", "34", "24", "32", "45", "36", "42"],
            [1, 1, 0, 1, 1, 0, 1, 0, 0, 0, 0, 1],
            0.05102650833307709,
        ),
        (
            {"shuffle": False},
            ["24", "23", "42", "43", "32", "34", "25", "32", "24", "45", "36", "41"],
            [1] * 6 + [0] * 6,
            0.3034012626245255,
        ),
        (
            {"negative_samples": 0.5, "categorical": True, "window_size": 1},
            ["24", "42", "44"],
            [[0, 1], [0, 1], [1, 0]],
            0.5709971334881,
        ),
    ],
    ids=["shuffled", "in order", "categorical"],
)
def test_skipgrams_draws_what_python_2_drew(options, couples, labels, next_draw):
    random.seed(11)

    found = skipgrams([2, 4, 0, 3], 8, **options)

    assert found == ([[int(word), int(other)] for word, other in couples], labels)
    assert random.random() == pytest.approx(next_draw, abs=1e-12)


def test_skipgrams_drops_words_by_the_sampling_table():
    random.seed(3)

    couples, labels = skipgrams(
        [1, 2, 3, 1], 4, sampling_table=[0, 0.3, 0.5, 1.0], negative_samples=0, shuffle=False
    )

    assert couples == [[1, 2], [1, 3], [1, 1], [3, 1], [3, 2], [3, 1]]
    assert labels == [1] * 6
