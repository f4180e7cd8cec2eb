"""Expected values are those of Keras 0.3.3 on Python 2.7."""

import copy
import pickle

import numpy as np
import pytest

from legacy_keras.preprocessing.text import (
    Tokenizer,
    base_filter,
    one_hot,
    text_to_word_sequence,
)

TEXTS = ["a b c d", "a b c", "a b", "a e", "e e e e a a"]
FRUITS = ["zebra apple mango kiwi pear fig plum lime date nut", "apple kiwi"]


def fitted(texts=TEXTS, **options):
    tokenizer = Tokenizer(**options)
    tokenizer.fit_on_texts(texts)
    return tokenizer


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("The cat, the (dog).", {}, ["the", "cat", "the", "dog"]),
        ("The cat", {"lower": False}, ["The", "cat"]),
        ("bird's\tdog\nbird", {}, ["bird's", "dog", "bird"]),
        ("bird's\tdog!", {"filters": "!"}, ["bird's\tdog"]),
        ("the dog the", {"split": "e"}, ["th", " dog th"]),
        ("a xyb", {"filters": "", "split": "xy"}, ["a ", "b"]),
        ("Déjà vu; ÉTÉ«!", {}, ["déjà", "vu", "été«"]),
        ("", {}, []),
    ],
)
def test_text_to_word_sequence_cuts_at_split_and_filters(text, options, expected):
    assert text_to_word_sequence(text, **options) == expected


def test_base_filter_keeps_the_apostrophe():
    assert base_filter() == '!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\t\n'


def test_bytes_are_text_in_utf_8():
    assert text_to_word_sequence("Ein Bär".encode()) == ["ein", "bär"]


def test_what_is_no_text_is_refused():
    with pytest.raises(TypeError, match="type list; expected str"):
        text_to_word_sequence(["a b"])


def test_one_hot_hashes_as_python_2_did():
    text = "The quick brown fox, jumped over the dog's back!"

    assert one_hot(text, 50) == [16, 28, 20, 33, 29, 25, 16, 21, 32]


def test_one_hot_needs_room_for_an_index():
    with pytest.raises(ValueError, match=r"n=1; expected an int >= 2"):
        one_hot("a", 1)


def test_words_are_numbered_by_frequency():
    tokenizer = fitted()

    assert tokenizer.word_index == {"a": 1, "e": 2, "b": 3, "c": 4, "d": 5}
    assert tokenizer.word_counts == {"a": 6, "e": 5, "b": 3, "c": 2, "d": 1}
    assert tokenizer.word_docs == {"a": 5, "e": 2, "b": 3, "c": 2, "d": 1}
    assert tokenizer.index_docs == {1: 5, 2: 2, 3: 3, 4: 2, 5: 1}
    assert tokenizer.document_count == 5


def test_words_of_one_frequency_are_in_the_order_of_a_python_2_dict():
    ordered = "kiwi apple plum pear mango fig date lime nut zebra".split()

    assert sorted(fitted(FRUITS).word_index, key=fitted(FRUITS).word_index.get) == ordered


def test_that_order_survives_the_growth_of_the_dict():
    tokenizer = fitted([" ".join(f"w{i}" for i in range(100))])

    first = sorted(tokenizer.word_index, key=tokenizer.word_index.get)[:6]
    assert first == ["w75", "w74", "w77", "w76", "w71", "w70"]


def test_counts_add_up_over_calls():
    tokenizer = fitted(["a b b"])
    tokenizer.fit_on_texts(iter(["a a"]))

    assert tokenizer.word_counts == {"a": 3, "b": 2}
    assert tokenizer.word_index == {"a": 1, "b": 2}
    assert tokenizer.document_count == 1


def test_characters_can_be_words():
    tokenizer = fitted(["hello world"], char_level=True)

    ordered = sorted(tokenizer.word_index, key=tokenizer.word_index.get)
    assert ordered == ["l", "o", " ", "e", "d", "h", "r", "w"]
    assert fitted([[7, 5, 7]], char_level=True).word_index == {7: 1, 5: 2}


@pytest.mark.parametrize(
    ("nb_words", "expected"),
    [(None, [[1, 3], [2]]), (3, [[1], [2]])],
)
def test_texts_to_sequences_leaves_out_unknown_and_rare_words(nb_words, expected):
    tokenizer = fitted(nb_words=nb_words)

    assert tokenizer.texts_to_sequences(["A b unknown!", "e"]) == expected
    assert list(tokenizer.texts_to_sequences_generator(["A b unknown!", "e"])) == expected


@pytest.mark.parametrize(
    ("mode", "row"),
    [
        ("binary", [0, 1, 1, 0, 0, 0]),
        ("count", [0, 2, 1, 0, 0, 0]),
        ("freq", [0, 2 / 3, 1 / 3, 0, 0, 0]),
        ("tfidf", [0, np.log(2 / 3), np.log(1 / 3), 0, 0, 0]),
    ],
)
def test_texts_to_matrix_has_a_row_for_each_text(mode, row):
    matrix = fitted().texts_to_matrix(["a e a", ""], mode=mode)

    np.testing.assert_allclose(matrix, [row, [0] * 6], rtol=1e-12)
    assert matrix.dtype == "float64"


def test_fit_on_sequences_counts_documents_without_any_text():
    tokenizer = Tokenizer(nb_words=4)
    tokenizer.fit_on_sequences([[1, 2, 2], [1, 7]])

    assert tokenizer.index_docs == {1: 2, 2: 1, 7: 1}
    assert tokenizer.sequences_to_matrix([[2, 2, 9]], mode="count").tolist() == [[0, 0, 2, 0]]


@pytest.mark.parametrize(
    ("tokenizer", "mode", "error", "message"),
    [
        (Tokenizer(), "binary", AttributeError, "no attribute 'word_index'.*fit_on_texts"),
        (fitted([]), "binary", ValueError, r"Specify a dimension \(nb_words argument\)"),
        (Tokenizer(nb_words=4), "tfidf", ValueError, "Fit the Tokenizer on some data"),
        (Tokenizer(nb_words=4), "nope", ValueError, "mode: nope; expected one of .'binary'"),
    ],
    ids=["not fitted", "fitted on nothing", "tfidf not fitted", "unknown mode"],
)
def test_sequences_to_matrix_says_what_is_missing(tokenizer, mode, error, message):
    with pytest.raises(error, match=message):
        tokenizer.sequences_to_matrix([[1]], mode=mode)


@pytest.mark.parametrize("through", [copy.deepcopy, lambda t: pickle.loads(pickle.dumps(t))])
def test_a_tokenizer_can_be_copied_and_pickled(through):
    assert through(fitted()).texts_to_sequences(["a d"]) == [[1, 5]]
