"""Weights in HDF5: the layout of 0.3.3 to the last name, and files that survive trouble."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from small_models import assert_same, everything, graph_data, two_outputs

from legacy_keras.layers.core import Activation, Dense, Merge
from legacy_keras.layers.normalization import BatchNormalization
from legacy_keras.layers.recurrent import LSTM
from legacy_keras.models import Graph, Sequential


def stack(width: int = 4) -> Sequential:
    model = Sequential()
    model.add(Dense(width, input_dim=3, name="first"))
    model.add(Activation("tanh"))
    model.add(BatchNormalization())
    model.add(Dense(2, name="last"))
    return model


def contents(path: Any) -> dict[str, Any]:
    """Return all that is in an HDF5 file: attributes, and of data sets dtype and shape."""
    found: dict[str, Any] = {}

    def look(name: str, item: Any) -> None:
        attributes = {key: np.asarray(value).tolist() for key, value in item.attrs.items()}
        data = (str(item.dtype), item.shape) if isinstance(item, h5py.Dataset) else None
        found[name] = (attributes, data)

    with h5py.File(path, "r") as file:
        look("/", file)
        file.visititems(look)
    return found


class TestLayout:
    def test_a_stack_has_a_group_for_each_layer(self, tmp_path: Path) -> None:
        stack().save_weights(tmp_path / "w.h5")

        assert contents(tmp_path / "w.h5") == {
            "/": ({"nb_layers": 4}, None),
            "layer_0": ({"nb_params": 2}, None),
            "layer_0/param_0": ({}, ("float32", (3, 4))),
            "layer_0/param_1": ({}, ("float32", (4,))),
            "layer_1": ({"nb_params": 0}, None),
            "layer_2": ({"nb_params": 4}, None),
            **{f"layer_2/param_{p}": ({}, ("float32", (4,))) for p in range(4)},
            "layer_3": ({"nb_params": 2}, None),
            "layer_3/param_0": ({}, ("float32", (4, 2))),
            "layer_3/param_1": ({}, ("float32", (2,))),
        }

    def test_a_graph_has_one_group(self, tmp_path: Path) -> None:
        graph = two_outputs()

        graph.save_weights(tmp_path / "w.h5")

        found = contents(tmp_path / "w.h5")
        assert found["/"] == ({}, None)
        assert found["graph"] == ({"nb_params": 6}, None)
        assert [found[f"graph/param_{p}"][1] for p in range(6)] == [
            ("float32", w.shape) for w in graph.get_weights()
        ]
        assert len(found) == 8

    def test_the_numbers_are_those_of_get_weights(self, tmp_path: Path) -> None:
        model = stack()

        model.save_weights(tmp_path / "w.h5")

        with h5py.File(tmp_path / "w.h5") as file:
            stored = [file[f"layer_{k}/param_{p}"][()] for k, p in [(0, 0), (0, 1), (2, 0)]]
        assert_same(stored, model.get_weights()[:3])

    def test_float64_weights_are_stored_as_such(self, tmp_path: Path, float64: None) -> None:
        model = stack()

        model.save_weights(tmp_path / "w.h5")

        assert contents(tmp_path / "w.h5")["layer_0/param_0"][1] == ("float64", (3, 4))
        again = stack()
        again.load_weights(tmp_path / "w.h5")
        assert_same(again.get_weights(), model.get_weights())


class TestRoundTrip:
    @pytest.mark.parametrize("as_type", [str, Path], ids=["str", "Path"])
    def test_another_model_takes_the_weights(self, tmp_path: Path, as_type: Any) -> None:
        path = as_type(tmp_path / "w.h5")
        model, other = stack(), stack()

        model.save_weights(path)
        other.load_weights(path)

        assert_same(other.get_weights(), model.get_weights())

    def test_a_compiled_model_takes_them_and_goes_on(self, tmp_path: Path) -> None:
        model, other = two_outputs(), two_outputs()
        model.fit(graph_data(), nb_epoch=2, verbose=0)
        model.save_weights(tmp_path / "w.h5")

        other.load_weights(tmp_path / "w.h5")

        data = graph_data()
        assert other.evaluate(data) == model.evaluate(data)
        assert other.train_on_batch(data) == model.train_on_batch(data)

    def test_a_file_with_fewer_layers_sets_the_first_ones(self, tmp_path: Path) -> None:
        short = Sequential([Dense(4, input_dim=3)])
        model = stack()
        last = model.layers[-1].get_weights()
        short.save_weights(tmp_path / "w.h5")

        model.load_weights(tmp_path / "w.h5")

        assert_same(model.layers[0].get_weights(), short.get_weights())
        assert_same(model.layers[-1].get_weights(), last)

    def test_branches_of_a_merge_are_in_its_group(self, tmp_path: Path) -> None:
        def merged() -> Sequential:
            branches = [Sequential([Dense(2, input_dim=3)]) for _ in range(2)]
            return Sequential([Merge(branches, mode="sum"), Dense(1)])

        model, other = merged(), merged()

        model.save_weights(tmp_path / "w.h5")
        other.load_weights(tmp_path / "w.h5")

        assert contents(tmp_path / "w.h5")["layer_0"] == ({"nb_params": 4}, None)
        assert_same(other.get_weights(), model.get_weights())


def with_other_width() -> Sequential:
    return stack(5)


def with_other_layers() -> Sequential:
    model = Sequential([LSTM(4, input_shape=(2, 3))])
    for layer in (Activation("tanh"), BatchNormalization(), Dense(2)):
        model.add(layer)
    return model


def with_fewer_layers() -> Sequential:
    return Sequential([Dense(4, input_dim=3)])


MISFITS: dict[str, tuple[Callable[[], Any], list[str]]] = {
    "another shape": (with_other_width, ["first", "(3, 5)", "(3, 4)"]),
    "another layer": (with_other_layers, ["lstm"]),
    "fewer layers": (with_fewer_layers, ["4 layers", "this model has 1"]),
}


@pytest.mark.parametrize(("build", "words"), MISFITS.values(), ids=MISFITS)
def test_weights_that_do_not_fit_say_where_and_change_nothing(
    build: Callable[[], Any], words: list[str], tmp_path: Path
) -> None:
    stack().save_weights(tmp_path / "w.h5")
    model = build()
    model.compile("adam", "mse")
    before = everything(model)

    with pytest.raises(ValueError) as caught:
        model.load_weights(tmp_path / "w.h5")

    assert [word for word in words if word not in str(caught.value)] == []
    assert_same(everything(model), before)


def test_a_misfit_further_up_leaves_the_layers_before_it_alone(tmp_path: Path) -> None:
    other = stack()
    other.layers[-1] = Dense(3, name="last")
    other.layers[-1].set_previous(other.layers[-2])
    other.save_weights(tmp_path / "w.h5")
    model = stack()
    before = model.get_weights()

    with pytest.raises(ValueError, match=r"last"):
        model.load_weights(tmp_path / "w.h5")

    assert_same(model.get_weights(), before)


class TestOtherFiles:
    def test_a_missing_file_is_an_oserror(self, tmp_path: Path) -> None:
        with pytest.raises(OSError, match=r"missing\.h5"):
            stack().load_weights(tmp_path / "missing.h5")

    def test_a_file_that_is_no_hdf5_is_an_oserror(self, tmp_path: Path) -> None:
        (tmp_path / "w.h5").write_text("text")

        with pytest.raises(OSError):
            stack().load_weights(tmp_path / "w.h5")

    def test_the_weights_of_a_graph_are_none_of_a_stack(self, tmp_path: Path) -> None:
        two_outputs().save_weights(tmp_path / "graph.h5")
        stack().save_weights(tmp_path / "stack.h5")

        with pytest.raises(ValueError, match=r"graph\.h5"):
            stack().load_weights(tmp_path / "graph.h5")
        with pytest.raises(ValueError, match=r"stack\.h5"):
            two_outputs().load_weights(tmp_path / "stack.h5")

    def test_other_hdf5_data_are_named(self, tmp_path: Path) -> None:
        with h5py.File(tmp_path / "w.h5", "w") as file:
            file["something"] = [1, 2]

        with pytest.raises(ValueError, match="something"):
            stack().load_weights(tmp_path / "w.h5")


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """Return the path of a file with the weights of another model."""
    stack().save_weights(tmp_path / "w.h5")
    return tmp_path / "w.h5"


Answers = Callable[[str], str]


def answering(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Answer questions in turn; return the list that will hold them."""
    questions: list[str] = []
    given: Iterator[str] = iter(answers)

    def ask(question: str = "") -> str:
        questions.append(question)
        try:
            return next(given)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", ask)
    return questions


class TestOverwriting:
    def test_yes_overwrites(
        self, saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        questions = answering(monkeypatch, "perhaps", "y")
        model, other = stack(), stack()

        model.save_weights(saved)

        assert questions == [
            f"[WARNING] {saved} already exists - overwrite? [y/n]",
            'Enter "y" (overwrite) or "n" (cancel).',
        ]
        assert capsys.readouterr().out == (
            "[TIP] Next time specify overwrite=True in save_weights!\n"
        )
        other.load_weights(saved)
        assert_same(other.get_weights(), model.get_weights())

    def test_no_leaves_the_file(self, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        answering(monkeypatch, "n")
        before = saved.read_bytes()

        stack().save_weights(saved)

        assert saved.read_bytes() == before

    @pytest.mark.parametrize("kind", [Sequential, Graph])
    def test_no_answer_is_an_exception_and_leaves_the_file(
        self, saved: Path, monkeypatch: pytest.MonkeyPatch, kind: type
    ) -> None:
        answering(monkeypatch)
        before = saved.read_bytes()
        model = stack() if kind is Sequential else two_outputs()

        with pytest.raises(FileExistsError, match="already exists; pass overwrite=True to replace"):
            model.save_weights(saved)

        assert saved.read_bytes() == before

    def test_overwrite_does_not_ask(self, saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        questions = answering(monkeypatch)

        stack().save_weights(saved, overwrite=True)

        assert questions == []

    def test_a_new_file_needs_no_answer(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        questions = answering(monkeypatch)

        stack().save_weights(tmp_path / "new.h5")

        assert questions == []


class TestTroubleInWriting:
    def fail(self, *args: Any, **kwargs: Any) -> None:
        raise OSError("No space left on device")

    def test_the_old_file_stays_and_nothing_else(
        self, saved: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = saved.read_bytes()
        monkeypatch.setattr(h5py.Group, "create_dataset", self.fail)

        with pytest.raises(OSError, match="No space left on device"):
            stack().save_weights(saved, overwrite=True)

        assert saved.read_bytes() == before
        assert [path.name for path in saved.parent.iterdir()] == ["w.h5"]

    def test_no_file_is_left_where_there_was_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(os, "replace", self.fail)

        with pytest.raises(OSError, match="No space left on device"):
            stack().save_weights(tmp_path / "w.h5")

        assert list(tmp_path.iterdir()) == []

    def test_a_folder_that_is_not_there_is_an_oserror(self, tmp_path: Path) -> None:
        with pytest.raises(OSError):
            stack().save_weights(tmp_path / "nowhere" / "w.h5")


def test_a_new_file_has_the_rights_of_new_files(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()

    stack().save_weights(tmp_path / "w.h5")

    rights = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "w.h5")]
    assert rights[0] == rights[1]
