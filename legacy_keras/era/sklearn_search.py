"""``sklearn.grid_search`` and ``sklearn.learning_curve`` of scikit-learn 0.17."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from sklearn import model_selection
from sklearn.base import is_classifier
from sklearn.model_selection import ParameterGrid as ParameterGrid
from sklearn.model_selection import ParameterSampler as ParameterSampler

from .sklearn_splits import check_cv


class GridScore(NamedTuple):
    """One candidate: its parameters, and its scores on the splits."""

    parameters: dict[str, Any]
    mean_validation_score: float
    cv_validation_scores: Any

    def __repr__(self) -> str:
        return (
            f"mean: {self.mean_validation_score:.5f}, "
            f"std: {np.std(self.cv_validation_scores):.5f}, params: {self.parameters}"
        )


def _weighted(sizes: list[int]) -> Any:
    """Return what chooses the best candidate: the mean over samples, not over splits."""

    def best(results: dict[str, Any]) -> int:
        return int(np.argmax(_means(results, sizes)))

    return best


def _scores(results: dict[str, Any], splits: int) -> Any:
    """Return the test scores (candidates, splits)."""
    return np.array([results[f"split{index}_test_score"] for index in range(splits)]).T


def _means(results: dict[str, Any], sizes: list[int]) -> Any:
    return np.average(_scores(results, len(sizes)), axis=1, weights=sizes)


class _Search:
    """What both searches share: 3 folds unless given, ``iid``, ``fit_params``, ``grid_scores_``."""

    def fit(self: Any, X: Any, y: Any = None) -> Any:
        """Try all candidates on splits made for X and y, then fit the best if ``refit``."""
        cv, refit = self.cv, self.refit
        self.cv = list(check_cv(cv, X, y, is_classifier(self.estimator)))
        sizes = [len(test) if self.iid else 1 for _, test in self.cv]
        try:
            if refit:
                self.refit = _weighted(sizes)
            super().fit(X, y, **(self.fit_params or {}))  # type: ignore[misc]
        finally:
            self.cv, self.refit = cv, refit
        means = _means(self.cv_results_, sizes)
        scores = _scores(self.cv_results_, len(sizes))
        self.grid_scores_ = [
            GridScore(*each) for each in zip(self.cv_results_["params"], means, scores)
        ]
        best = int(np.argmax(means))
        self.best_score_ = means[best]
        self.best_params_ = self.cv_results_["params"][best]
        return self


class GridSearchCV(_Search, model_selection.GridSearchCV):  # type: ignore[misc]
    """Search over a grid, with the arguments of 0.17."""

    def __init__(
        self,
        estimator: Any,
        param_grid: Any,
        scoring: Any = None,
        fit_params: Any = None,
        n_jobs: Any = 1,
        iid: bool = True,
        refit: bool = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: Any = "2*n_jobs",
        error_score: Any = "raise",
    ) -> None:
        super().__init__(
            estimator,
            param_grid,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            error_score=error_score,
        )
        self.fit_params = fit_params
        self.iid = iid


class RandomizedSearchCV(_Search, model_selection.RandomizedSearchCV):  # type: ignore[misc]
    """Search over random candidates, with the arguments of 0.17."""

    def __init__(
        self,
        estimator: Any,
        param_distributions: Any,
        n_iter: int = 10,
        scoring: Any = None,
        fit_params: Any = None,
        n_jobs: Any = 1,
        iid: bool = True,
        refit: bool = True,
        cv: Any = None,
        verbose: int = 0,
        pre_dispatch: Any = "2*n_jobs",
        random_state: Any = None,
        error_score: Any = "raise",
    ) -> None:
        super().__init__(
            estimator,
            param_distributions,
            n_iter=n_iter,
            scoring=scoring,
            n_jobs=n_jobs,
            refit=refit,
            cv=cv,
            verbose=verbose,
            pre_dispatch=pre_dispatch,
            random_state=random_state,
            error_score=error_score,
        )
        self.fit_params = fit_params
        self.iid = iid


def learning_curve(
    estimator: Any,
    X: Any,
    y: Any,
    train_sizes: Any = (0.1, 0.325, 0.55, 0.775, 1.0),
    cv: Any = None,
    scoring: Any = None,
    exploit_incremental_learning: bool = False,
    n_jobs: Any = 1,
    pre_dispatch: Any = "all",
    verbose: int = 0,
) -> Any:
    """Return the sizes of the training sets, and the scores in training and test."""
    return model_selection.learning_curve(
        estimator,
        X,
        y,
        train_sizes=np.asarray(train_sizes),
        cv=list(check_cv(cv, X, y, is_classifier(estimator))),
        scoring=scoring,
        exploit_incremental_learning=exploit_incremental_learning,
        n_jobs=n_jobs,
        pre_dispatch=pre_dispatch,
        verbose=verbose,
    )


def validation_curve(
    estimator: Any,
    X: Any,
    y: Any,
    param_name: str,
    param_range: Any,
    cv: Any = None,
    scoring: Any = None,
    n_jobs: Any = 1,
    pre_dispatch: Any = "all",
    verbose: int = 0,
) -> Any:
    """Return the scores in training and test for each value of a parameter."""
    return model_selection.validation_curve(
        estimator,
        X,
        y,
        param_name=param_name,
        param_range=param_range,
        cv=list(check_cv(cv, X, y, is_classifier(estimator))),
        scoring=scoring,
        n_jobs=n_jobs,
        pre_dispatch=pre_dispatch,
        verbose=verbose,
    )
