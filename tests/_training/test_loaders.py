"""fit, evaluate and predict over what ``torch.utils.data`` offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from small_models import Recorder, assert_same, classes, classifier, graph_data, two_outputs
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from legacy_keras.layers.core import Dense, Merge
from legacy_keras.models import Graph, Sequential

OPTIONS: dict[str, Any] = {"nb_epoch": 2, "verbose": 0}


def tensors(nb_sample: int = 10) -> list[torch.Tensor]:
    return [torch.from_numpy(a) for a in classes(nb_sample)]


class Dicts(Dataset[Any]):
    """Samples of a Graph: dicts by input and output name, or pairs with dicts of weights."""

    def __init__(self, weights: np.ndarray | None = None) -> None:
        self.data = graph_data(10)
        self.weights = weights

    def __len__(self) -> int:
        return 10

    def __getitem__(self, index: int) -> Any:
        assert type(index) is int
        sample = {name: array[index] for name, array in self.data.items()}
        return sample if self.weights is None else (sample, {"number": self.weights[index]})


class Stream(IterableDataset[Any]):
    """Samples one after the other; a length only if one is given."""

    def __iter__(self) -> Iterator[Any]:
        return zip(*tensors(), strict=True)


class SizedStream(Stream):
    def __init__(self, length: int = 10) -> None:
        self.length = length

    def __len__(self) -> int:
        return self.length


def two_inputs() -> Sequential:
    """Return a compiled model from 4 and 2 numbers to 3."""
    branches = [Sequential([Dense(3, input_dim=size)]) for size in (4, 2)]
    model = Sequential([Merge(branches, mode="sum")])
    model.compile("sgd", "mse")
    return model


def trained_by(fit: Callable[[Any], Any], model: Any) -> list[np.ndarray]:
    """Return the weights after training, the same ones before in all calls."""
    np.random.seed(5)
    model.set_weights([np.linspace(-1, 1, w.size).reshape(w.shape) for w in model.get_weights()])
    fit(model)
    weights: list[np.ndarray] = model.get_weights()
    return weights


class TestFit:
    @pytest.mark.parametrize("shuffle", [True, False, "batch"])
    def test_a_data_set_trains_as_its_arrays_do(self, shuffle: Any) -> None:
        X, y = classes(10)
        options = {"shuffle": shuffle, "batch_size": 4, **OPTIONS}

        ours = trained_by(lambda m: m.fit(TensorDataset(*tensors()), None, **options), classifier())

        assert_same(ours, trained_by(lambda m: m.fit(X, y, **options), classifier()))

    def test_a_loader_keeps_its_own_batches_and_order(self) -> None:
        loader = DataLoader(TensorDataset(*tensors()), batch_size=4)
        X, y = classes(10)

        ours = trained_by(lambda m: m.fit(loader, None, batch_size=7, **OPTIONS), classifier())

        in_order = {"batch_size": 4, "shuffle": False, **OPTIONS}
        assert_same(ours, trained_by(lambda m: m.fit(X, y, **in_order), classifier()))

    def test_each_epoch_goes_over_the_loader(self) -> None:
        recorder = Recorder()
        loader = DataLoader(TensorDataset(*tensors()), batch_size=4, drop_last=True)

        classifier().fit(loader, None, callbacks=[recorder], **OPTIONS)

        assert [logs["size"] for logs in recorder.batches] == [4, 4] * 2
        assert recorder.params["nb_sample"] == 8

    def test_weights_come_as_a_third_part(self) -> None:
        X, y = classes(10)
        weights = np.arange(10.0)
        data = TensorDataset(*tensors(), torch.from_numpy(weights))
        options = {"batch_size": 4, **OPTIONS}

        ours = trained_by(lambda m: m.fit(data, None, **options), classifier())

        by_array = trained_by(lambda m: m.fit(X, y, sample_weight=weights, **options), classifier())
        assert_same(ours, by_array)

    def test_targets_may_have_one_axis(self) -> None:
        model = Sequential([Dense(1, input_dim=4)])
        model.compile("sgd", "mse")
        data = TensorDataset(torch.ones(10, 4), torch.ones(10))

        history = model.fit(data, None, **OPTIONS)

        assert len(history.history["loss"]) == 2

    def test_a_stream_of_known_length_trains(self) -> None:
        recorder = Recorder()

        classifier().fit(SizedStream(), None, batch_size=4, callbacks=[recorder], **OPTIONS)

        assert [logs["size"] for logs in recorder.batches] == [4, 4, 2] * 2

    def test_it_says_how_many_samples_there_are(self, capsys: pytest.CaptureFixture[str]) -> None:
        data = TensorDataset(*tensors())

        classifier().fit(data, None, nb_epoch=1, verbose=2, validation_data=DataLoader(data))

        assert capsys.readouterr().out.startswith("Train on 10 samples, validate on 10 samples\n")

    @pytest.mark.parametrize("validation", [tuple(classes(10)), TensorDataset(*tensors())])
    def test_validation_data_are_arrays_or_a_data_set(self, validation: Any) -> None:
        X, y = classes(10)
        data = TensorDataset(*tensors())

        for train in ((data, None), (X, y)):
            model = classifier()
            history = model.fit(*train, validation_data=validation, **OPTIONS)
            expected = pytest.approx(model.evaluate(X, y, verbose=0))
            assert history.history["val_loss"][-1] == expected

    def test_a_generator_may_be_validated_by_a_data_set(self) -> None:
        X, y = classes(10)
        model = classifier()

        history = model.fit_generator(
            iter([(X, y)]), 10, 1, verbose=0, validation_data=TensorDataset(*tensors())
        )

        assert history.history["val_loss"] == [pytest.approx(model.evaluate(X, y, verbose=0))]

    def test_several_inputs_are_a_part_of_their_own(self) -> None:
        parts = [torch.ones(10, 4), torch.ones(10, 2), torch.ones(10, 3)]
        samples: Any = [((a, b), y) for a, b, y in zip(*parts, strict=True)]
        loader = DataLoader(samples, batch_size=4)
        model = two_inputs()

        history = model.fit(loader, None, **OPTIONS)

        assert history.history["loss"][1] < history.history["loss"][0]
        expected = model.predict([parts[0], parts[1]])
        np.testing.assert_array_equal(model.predict(loader), expected)
        np.testing.assert_array_equal(model.predict(TensorDataset(*parts[:2])), expected)


class TestGraph:
    @pytest.mark.parametrize("weights", [None, np.arange(10.0)], ids=["plain", "weighted"])
    def test_a_data_set_of_dicts_trains_as_its_arrays_do(self, weights: Any) -> None:
        options = {"batch_size": 4, **OPTIONS}
        sample_weight = {} if weights is None else {"number": weights}

        ours = trained_by(lambda m: m.fit(Dicts(weights), **options), two_outputs())

        by_arrays = trained_by(
            lambda m: m.fit(graph_data(10), sample_weight=sample_weight, **options), two_outputs()
        )
        assert_same(ours, by_arrays)

    def test_it_evaluates_and_predicts(self) -> None:
        graph, data = two_outputs(), graph_data(10)

        for loaded in (Dicts(), DataLoader(Dicts(np.ones(10)), batch_size=3)):
            assert graph.evaluate(loaded) == pytest.approx(graph.evaluate(data))
            expected = graph.predict(data)
            predicted = graph.predict(loaded)
            assert list(predicted) == ["class", "number"]
            for name, array in predicted.items():
                np.testing.assert_allclose(array, expected[name], rtol=1e-6)

    def test_validation_data_are_a_dict_or_a_data_set(self) -> None:
        graph = two_outputs()

        for validation in (graph_data(10), Dicts()):
            history = graph.fit(Dicts(), validation_data=validation, **OPTIONS)
            expected = pytest.approx(graph.evaluate(graph_data(10)))
            assert history.history["val_loss"][-1] == expected


LOADED: dict[str, Any] = {
    "a data set": TensorDataset(*tensors()),
    "a data set of inputs": TensorDataset(tensors()[0]),
    "a loader of arrays": DataLoader(tensors()[0], batch_size=3),  # type: ignore[arg-type]
    "a loader of parts": DataLoader(TensorDataset(*tensors()), batch_size=3),
    "a stream": SizedStream(),
}


@pytest.mark.parametrize("loaded", LOADED.values(), ids=LOADED)
def test_predict_takes_the_inputs_of_what_is_loaded(loaded: Any) -> None:
    model = classifier()
    X, _ = classes(10)

    output = model.predict(loaded, batch_size=4)

    assert output.dtype == "float64"
    np.testing.assert_allclose(output, model.predict(X), rtol=1e-6)
    np.testing.assert_array_equal(
        model.predict_classes(loaded, verbose=0), model.predict_classes(X, verbose=0)
    )


def test_predict_gives_as_much_as_was_loaded() -> None:
    assert classifier().predict(SizedStream(15)).shape == (10, 3)


def test_evaluate_tells_loss_and_accuracy_of_what_is_loaded() -> None:
    model = classifier()
    X, y = classes(10)

    results = model.evaluate(TensorDataset(*tensors()), None, show_accuracy=True, verbose=0)

    assert results == pytest.approx(model.evaluate(X, y, show_accuracy=True, verbose=0))


DATA = TensorDataset(*tensors())
BESIDE = 'The data are a DataLoader or Dataset; "{}" cannot be given with it, and is a {}'
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "targets": (lambda: classifier().fit(DATA, classes(10)[1]), BESIDE.format("y", "ndarray")),
    "targets to evaluate": (
        lambda: classifier().evaluate(DATA, classes(10)[1]),
        BESIDE.format("y", "ndarray"),
    ),
    "a split": (
        lambda: classifier().fit(DATA, None, validation_split=0.1),
        BESIDE.format("validation_split", "float"),
    ),
    "weights": (
        lambda: classifier().fit(DATA, None, sample_weight=np.ones(10)),
        BESIDE.format("sample_weight", "ndarray"),
    ),
    "weights of a Graph": (
        lambda: two_outputs().fit(Dicts(), sample_weight={"number": np.ones(10)}),
        BESIDE.format("sample_weight", "dict"),
    ),
    "weights of classes": (
        lambda: classifier().fit(DATA, None, class_weight={0: 2.0}),
        BESIDE.format("class_weight", "dict"),
    ),
    "no length": (
        lambda: classifier().fit(Stream(), None),
        "got data without a length, Stream; expected a Dataset with __len__, or a DataLoader over "
        "one. A generator goes to fit_generator",
    ),
    "a loader of no length": (
        lambda: classifier().predict(DataLoader(Stream())),
        "got data without a length, Stream",
    ),
    "a loader without batches": (
        lambda: classifier().fit(DataLoader(DATA, batch_size=None), None),
        "got a DataLoader with batch_size=None; expected one that makes batches of samples",
    ),
    "more than it said": (
        lambda: classifier().predict(SizedStream(5), batch_size=2),
        "The loader gave 6 samples or more in an epoch; expected 5",
    ),
    "no targets": (
        lambda: classifier().fit(TensorDataset(tensors()[0]), None, verbose=0),
        "must have 2 or 3 elements; got 1",
    ),
    "not compiled": (
        lambda: Sequential([Dense(1, input_dim=4)]).fit(DATA, None),
        r"not compiled; call compile\(optimizer, loss\) first",
    ),
    "a Graph that is not compiled": (lambda: Graph().evaluate(Dicts()), "not compiled"),
}


@pytest.mark.filterwarnings("ignore:Length of IterableDataset")
@pytest.mark.parametrize(("call", "message"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_go_with_a_loader_is_refused(call: Callable[[], Any], message: str) -> None:
    with pytest.raises((ValueError, RuntimeError), match=message):
        call()
