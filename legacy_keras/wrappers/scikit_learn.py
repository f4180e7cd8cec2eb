"""Sequential models as estimators of scikit-learn, which itself is not needed here.

Mirrors: keras 0.3.3, wrappers/scikit_learn.py.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from .._errors import ArgumentError
from ..models import Sequential
from ..utils.np_utils import to_categorical


class BaseWrapper:
    """Base class of the two estimators.

    To scikit-learn neither is a classifier or a regressor, as in 0.3.3: cross-validation
    splits without looking at classes unless told to, by ``cv=StratifiedKFold(5)``.

    Args:
        build_fn: a function, or an object with ``__call__``, that builds, compiles and
            returns a model. None calls this object itself: subclasses define ``__call__``.
        sk_params: arguments by name, for build_fn and for ``fit``, ``predict``,
            ``predict_classes`` and ``evaluate`` of Sequential; each goes wherever it fits.
            What is given to a method of this object comes before them.

    Attributes:
        model: the model built by the last ``fit``.

    Mirrors: keras 0.3.3, wrappers/scikit_learn.py, BaseWrapper.
    """

    def __init__(self, build_fn: Callable[..., Any] | None = None, **sk_params: Any) -> None:
        if isinstance(build_fn, Sequential) or not (build_fn is None or callable(build_fn)):
            raise TypeError(
                f"{type(self).__name__} got build_fn={build_fn!r}; expected a function that "
                "builds, compiles and returns a model. (Before 0.3.3 it was a model.)"
            )
        self.build_fn = build_fn
        self.sk_params = sk_params
        self.check_params(sk_params)

    def check_params(self, params: Mapping[str, Any]) -> None:
        """Refuse names that are no argument of build_fn or of a method of Sequential.

        Raises:
            ValueError: naming the first of them.

        Mirrors: keras 0.3.3, wrappers/scikit_learn.py, BaseWrapper.check_params.
        """
        methods = (
            Sequential.fit,
            Sequential.predict,
            Sequential.predict_classes,
            Sequential.evaluate,
        )
        legal = {name for fn in (*methods, self._builder()) for name in _argument_names(fn)}
        for name in params:
            if name not in legal:
                raise ArgumentError(
                    f"{name} is not a legal parameter: neither build_fn nor fit, predict, "
                    f"predict_classes or evaluate of Sequential takes it. "
                    f"Legal: {', '.join(sorted(legal))}."
                )

    def _builder(self) -> Callable[..., Any]:
        if self.build_fn is not None:
            return self.build_fn
        if not callable(self):
            raise TypeError(
                f"{type(self).__name__} got no build_fn; expected one, or a subclass with a "
                "method __call__ that builds the model."
            )
        return self

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return sk_params and build_fn.

        The values are not copied, unlike in 0.3.3: ``clone`` compares them by identity.

        Mirrors: keras 0.3.3, wrappers/scikit_learn.py, BaseWrapper.get_params.
        """
        return {**self.sk_params, "build_fn": self.build_fn}

    def set_params(self, **params: Any) -> BaseWrapper:
        """Change sk_params, or build_fn, and return this object.

        Mirrors: keras 0.3.3, wrappers/scikit_learn.py, BaseWrapper.set_params.
        """
        self.build_fn = params.pop("build_fn", self.build_fn)
        self.check_params(params)
        self.sk_params.update(params)
        return self

    def fit(self, X: Any, y: Any, **kwargs: Any) -> Any:
        """Build a new model and train it.

        Args:
            X: (nb_samples, nb_features).
            y: (nb_samples,) or (nb_samples, nb_outputs). Class numbers become rows of
                classes if the loss is categorical_crossentropy.
            kwargs: for ``Sequential.fit``.

        Returns:
            What ``Sequential.fit`` returns: the History.

        Mirrors: keras 0.3.3, wrappers/scikit_learn.py, BaseWrapper.fit.
        """
        builder = self._builder()
        self.model = builder(**self.filter_sk_params(builder))
        # Copied, so that the callbacks of one fit are not those of the next.
        fit_args = copy.deepcopy(self.filter_sk_params(Sequential.fit))
        return self.model.fit(X, self._targets(y), **{**fit_args, **kwargs})

    def _targets(self, y: Any) -> Any:
        loss = getattr(self.model.loss, "__name__", None)
        if loss == "categorical_crossentropy" and np.ndim(y) != 2:
            outputs = self.model.output_shape[-1]  # a fold may lack the last class
            return to_categorical(y, outputs)
        return y

    def filter_sk_params(
        self, fn: Callable[..., Any], override: Mapping[str, Any] = {}
    ) -> dict[str, Any]:
        """Return those sk_params that ``fn`` takes, and ``override``, which wins.

        Mirrors: keras 0.3.3, wrappers/scikit_learn.py, BaseWrapper.filter_sk_params.
        """
        names = _argument_names(fn)
        return {k: v for k, v in self.sk_params.items() if k in names} | dict(override)

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model")

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import Tags, TargetTags

        return Tags(estimator_type=None, target_tags=TargetTags(required=True))


class KerasClassifier(BaseWrapper):
    """A model that predicts classes.

    Mirrors: keras 0.3.3, wrappers/scikit_learn.py, KerasClassifier.
    """

    def predict(self, X: Any, **kwargs: Any) -> Any:
        """Return the class of each sample, by ``Sequential.predict_classes``.

        Shape:
            output: (nb_samples,), or (nb_samples, 1) from a single output

        Mirrors: keras 0.3.3, wrappers/scikit_learn.py, KerasClassifier.predict.
        """
        kwargs = self.filter_sk_params(Sequential.predict_classes, kwargs)
        return self.model.predict_classes(X, **kwargs)

    def predict_proba(self, X: Any, **kwargs: Any) -> Any:
        """Return the outputs for each sample, by ``Sequential.predict_proba``.

        Shape:
            output: (nb_samples, nb_outputs)

        Mirrors: keras 0.3.3, wrappers/scikit_learn.py, KerasClassifier.predict_proba.
        """
        kwargs = self.filter_sk_params(Sequential.predict_proba, kwargs)
        return self.model.predict_proba(X, **kwargs)

    def score(self, X: Any, y: Any, **kwargs: Any) -> Any:
        """Return the accuracy, by ``Sequential.evaluate``; y may be what ``fit`` takes.

        Mirrors: keras 0.3.3, wrappers/scikit_learn.py, KerasClassifier.score.
        """
        kwargs = self.filter_sk_params(Sequential.evaluate, kwargs)
        kwargs["show_accuracy"] = True
        _, accuracy = self.model.evaluate(X, self._targets(y), **kwargs)
        return accuracy


class KerasRegressor(BaseWrapper):
    """A model that predicts numbers.

    Mirrors: keras 0.3.3, wrappers/scikit_learn.py, KerasRegressor.
    """

    def predict(self, X: Any, **kwargs: Any) -> Any:
        """Return the outputs for each sample, (nb_samples, nb_outputs).

        Mirrors: keras 0.3.3, wrappers/scikit_learn.py, KerasRegressor.predict.
        """
        return self.model.predict(X, **self.filter_sk_params(Sequential.predict, kwargs))

    def score(self, X: Any, y: Any, **kwargs: Any) -> Any:
        """Return the loss, by ``Sequential.evaluate``: lower is better, as in 0.3.3.

        Mirrors: keras 0.3.3, wrappers/scikit_learn.py, KerasRegressor.score.
        """
        kwargs = self.filter_sk_params(Sequential.evaluate, kwargs)
        kwargs["show_accuracy"] = False
        return self.model.evaluate(X, y, **kwargs)


def _argument_names(fn: Callable[..., Any]) -> list[str]:
    variable = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    parameters = inspect.signature(fn).parameters.values()
    return [p.name for p in parameters if p.kind not in variable]
