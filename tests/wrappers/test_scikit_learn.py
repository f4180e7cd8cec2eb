"""The estimators, alone and in scikit-learn. Expected numbers are those of Keras 0.3.3."""

import numpy as np
import pytest

from legacy_keras.callbacks import Callback
from legacy_keras.layers.core import Dense
from legacy_keras.models import Sequential
from legacy_keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor

X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [2.0, 0.0], [0.0, 2.0]])
y = np.array([0, 1, 2, 0, 2, 1])


def classifier(hidden=4, optimizer="sgd"):
    model = Sequential()
    model.add(Dense(hidden, input_dim=2, activation="tanh"))
    model.add(Dense(3, activation="softmax"))
    model.compile(loss="categorical_crossentropy", optimizer=optimizer)
    return model


def regressor(hidden=4):
    model = Sequential()
    model.add(Dense(hidden, input_dim=2, activation="tanh"))
    model.add(Dense(1))
    model.compile(loss="mse", optimizer="sgd")
    return model


class Builder:
    """An object that builds models when called."""

    def __call__(self, hidden=4):
        return regressor(hidden)


class Mine(KerasRegressor):
    """An estimator that builds its own model."""

    def __call__(self, hidden=4):
        return regressor(hidden)


def test_a_classifier_learns_from_class_numbers():
    np.random.seed(3)
    estimator = KerasClassifier(
        classifier, hidden=5, optimizer="adam", nb_epoch=30, batch_size=2, verbose=0
    )

    history = estimator.fit(X, y, nb_epoch=20)  # goes before the 30

    assert history.epoch == list(range(20))
    assert history.history["loss"][-1] == pytest.approx(0.91502126, rel=1e-3)
    assert estimator.predict(X).tolist() == [1, 1, 2, 2, 2, 0]
    expected = [[0.332502544, 0.339040935, 0.328456521]]
    np.testing.assert_allclose(estimator.predict_proba(X[:1]), expected, rtol=1e-3)
    assert estimator.score(X, np.eye(3)[y]) == pytest.approx(0.5)


def test_score_takes_what_fit_takes():
    estimator = KerasClassifier(classifier, nb_epoch=1, verbose=0)
    estimator.fit(X, y)

    assert estimator.score(X, y) == estimator.score(X, np.eye(3)[y])


def test_a_regressor_scores_by_its_loss():
    np.random.seed(3)
    estimator = KerasRegressor(regressor, nb_epoch=3, verbose=0)

    history = estimator.fit(X, y)

    expected = [1.27388847, 1.15109503, 1.04504061]
    np.testing.assert_allclose(history.history["loss"], expected, rtol=1e-3)
    np.testing.assert_allclose(estimator.predict(X[:1]), [[0.115742087]], rtol=1e-3)
    assert estimator.score(X, y) == pytest.approx(0.95348042, rel=1e-3)


@pytest.mark.parametrize(
    "estimator",
    [
        KerasRegressor(regressor, hidden=7, verbose=0),
        KerasRegressor(Builder(), hidden=7, verbose=0),
        Mine(hidden=7, verbose=0),
    ],
    ids=["function", "object", "subclass"],
)
def test_a_model_is_built_by_a_function_an_object_or_the_estimator(estimator):
    estimator.fit(X, y, nb_epoch=1)

    assert estimator.model.layers[0].output_dim == 7


def test_each_fit_has_callbacks_of_its_own():
    class Count(Callback):
        nb_begins = 0

        def on_train_begin(self, logs={}):
            self.nb_begins += 1

    count = Count()
    estimator = KerasRegressor(regressor, nb_epoch=1, verbose=0, callbacks=[count])

    estimator.fit(X, y)
    estimator.fit(X, y)

    assert count.nb_begins == 0


@pytest.mark.parametrize("error", [ValueError, AssertionError])
@pytest.mark.parametrize("change", [KerasClassifier(classifier).set_params, KerasClassifier])
def test_a_parameter_that_goes_nowhere_is_refused(change, error):
    with pytest.raises(error, match=r"nb_epochs is not a legal parameter.*Legal: .*nb_epoch"):
        change(build_fn=classifier, nb_epochs=1)


@pytest.mark.parametrize(
    ("build_fn", "message"),
    [
        (Sequential(), r"got build_fn=.*Before 0\.3\.3 it was a model"),
        ("model", "KerasClassifier got build_fn='model'; expected a function"),
        (None, "got no build_fn; expected one, or a subclass with a method __call__"),
    ],
    ids=["a model", "a string", "nothing"],
)
def test_what_cannot_build_a_model_is_refused(build_fn, message):
    with pytest.raises(TypeError, match=message):
        KerasClassifier(build_fn)


def test_parameters_can_be_read_and_changed():
    estimator = KerasClassifier(classifier, hidden=3)

    changed = estimator.set_params(nb_epoch=2, build_fn=regressor)

    assert changed is estimator
    assert estimator.get_params() == {"hidden": 3, "nb_epoch": 2, "build_fn": regressor}


@pytest.mark.parametrize(
    ("fn", "expected"),
    [
        (classifier, {"hidden": 3}),
        (Sequential.fit, {"nb_epoch": 2, "verbose": 0}),
        (Sequential.predict, {"verbose": 0}),
    ],
    ids=["build_fn", "fit", "predict"],
)
def test_each_function_gets_the_parameters_that_it_takes(fn, expected):
    estimator = KerasClassifier(classifier, hidden=3, nb_epoch=2, verbose=0)

    assert estimator.filter_sk_params(fn) == expected
    assert estimator.filter_sk_params(fn, {"verbose": 1}) == {**expected, "verbose": 1}


def test_scikit_learn_clones_and_searches():
    base = pytest.importorskip("sklearn.base")
    selection = pytest.importorskip("sklearn.model_selection")
    estimator = KerasClassifier(classifier, nb_epoch=1, verbose=0, class_weight={0: 1, 1: 1, 2: 2})

    clone = base.clone(estimator)
    search = selection.GridSearchCV(estimator, {"hidden": [2, 3], "batch_size": [3]}, cv=2)
    search.fit(X, y)

    assert clone is not estimator
    assert clone.get_params() == estimator.get_params()
    assert sorted(search.best_params_) == ["batch_size", "hidden"]
    assert search.predict(X).shape == (6,)
    assert not base.is_classifier(estimator)


def test_scikit_learn_puts_it_into_a_pipeline():
    pipeline = pytest.importorskip("sklearn.pipeline")
    preprocessing = pytest.importorskip("sklearn.preprocessing")
    steps = preprocessing.StandardScaler(), KerasRegressor(regressor, nb_epoch=1, verbose=0)

    fitted = pipeline.make_pipeline(*steps).fit(X, y)

    assert fitted.predict(X).shape == (6, 1)
