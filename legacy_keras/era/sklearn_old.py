"""Estimators, metrics and data sets of scikit-learn 0.17 that have another name or form today."""

from __future__ import annotations

from contextlib import suppress
from types import ModuleType
from typing import Any

import numpy as np
from sklearn import discriminant_analysis, metrics


def _module(name: str, **names: Any) -> ModuleType:
    module = ModuleType(name)
    vars(module).update(names)
    return module


lda = _module("lda", LDA=discriminant_analysis.LinearDiscriminantAnalysis)
qda = _module("qda", QDA=discriminant_analysis.QuadraticDiscriminantAnalysis)
externals = _module("externals")


def __getattr__(name: str) -> Any:
    if name == "stop_words":
        from sklearn.feature_extraction import text

        return _module("stop_words", ENGLISH_STOP_WORDS=text.ENGLISH_STOP_WORDS)
    if name == "SCORERS":
        return {each: metrics.get_scorer(each) for each in metrics.get_scorer_names()}
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def Imputer(
    missing_values: Any = "NaN",
    strategy: str = "mean",
    axis: int = 0,
    verbose: int = 0,
    copy: bool = True,
) -> Any:
    """Fill what is missing by the mean, median or most frequent value of a column.

    Raises:
        ValueError: for axis=1, which filled by rows.
    """
    from sklearn.impute import SimpleImputer

    if axis != 0:
        raise ValueError("Imputer got axis=1, filling by rows; transpose the data, use axis=0.")
    missing = np.nan if missing_values == "NaN" else missing_values
    return SimpleImputer(missing_values=missing, strategy=strategy, copy=copy)


def OneHotEncoder(*args: Any, **kwargs: Any) -> Any:
    """Encode integers; a sparse matrix unless ``sparse=False``."""
    from sklearn.preprocessing import OneHotEncoder

    n_values = args[0] if args else kwargs.pop("n_values", "auto")
    kwargs.pop("categorical_features", None)
    sparse = kwargs.pop("sparse", kwargs.pop("sparse_output", True))
    if isinstance(n_values, (int, np.integer)):
        kwargs.setdefault("categories", None)
        return _FixedSize(int(n_values), sparse, **kwargs)
    return OneHotEncoder(sparse_output=sparse, **kwargs)


def _FixedSize(n_values: int, sparse: bool, **kwargs: Any) -> Any:
    from sklearn.preprocessing import OneHotEncoder

    class FixedSize(OneHotEncoder):  # type: ignore[misc]
        """Knows how many values each column has."""

        def fit(self, X: Any, y: Any = None) -> Any:
            self.categories = [np.arange(n_values)] * np.shape(X)[1]
            return super().fit(X, y)

        def fit_transform(self, X: Any, y: Any = None) -> Any:
            return self.fit(X, y).transform(X)

    kwargs["categories"] = "auto"
    return FixedSize(sparse_output=sparse, **kwargs)


def RandomizedPCA(
    n_components: Any = None,
    copy: bool = True,
    iterated_power: Any = 2,
    whiten: bool = False,
    random_state: Any = None,
) -> Any:
    """Principal components by a randomized decomposition."""
    from sklearn.decomposition import PCA

    return PCA(
        n_components,
        copy=copy,
        whiten=whiten,
        svd_solver="randomized",
        iterated_power=iterated_power,
        random_state=random_state,
    )


def GMM(
    n_components: int = 1,
    covariance_type: str = "diag",
    random_state: Any = None,
    tol: float = 1e-3,
    min_covar: float = 1e-3,
    n_iter: int = 100,
    n_init: int = 1,
    **others: Any,
) -> Any:
    """A mixture of Gaussians, with diagonal covariances unless told otherwise."""
    from sklearn.mixture import GaussianMixture

    return GaussianMixture(
        n_components,
        covariance_type=covariance_type,
        tol=tol,
        reg_covar=min_covar,
        max_iter=n_iter,
        n_init=n_init,
        random_state=random_state,
    )


def TSNE(*args: Any, **kwargs: Any) -> Any:
    """Embed; ``n_iter`` is ``max_iter``, and the start is random, as it was."""
    from sklearn.manifold import TSNE

    if "n_iter" in kwargs:
        kwargs["max_iter"] = max(int(kwargs.pop("n_iter")), 250)
    names = ["n_components", "perplexity", "early_exaggeration", "learning_rate", "max_iter"]
    kwargs.update(zip(names, args))
    kwargs.setdefault("init", "random")
    kwargs.setdefault("learning_rate", 1000.0)
    return TSNE(**kwargs)


def KMeans(n_clusters: int = 8, **kwargs: Any) -> Any:
    """Cluster, ten times from other starts; in as many processes as scikit-learn chooses."""
    from sklearn.cluster import KMeans

    kwargs.pop("n_jobs", None)
    kwargs.pop("precompute_distances", None)
    kwargs.setdefault("n_init", 10)
    return KMeans(n_clusters, **kwargs)


def fetch_mldata(dataname: str, *args: Any, **kwargs: Any) -> Any:
    """Fetch a data set from OpenML, for mldata.org is no more.

    MNIST is as it was: 70000 rows of 784 numbers, the training samples first. Its rows have
    another order than mldata's, which was sorted by class.
    """
    from sklearn.datasets import fetch_openml

    name = dataname.lower().replace(" ", "-")
    known = {"mnist-original": "mnist_784", "mnist-(original)": "mnist_784"}
    try:
        bunch = fetch_openml(
            known.get(name, name), version=1, as_frame=False, data_home=kwargs.get("data_home")
        )
    except Exception as error:
        raise OSError(
            f"fetch_mldata({dataname!r}): mldata.org, where it was, is no more, and OpenML did not "
            f"give it ({error}). Fetch it by hand: sklearn.datasets.fetch_openml"
        ) from error
    with suppress(ValueError):  # classes may have names
        bunch["target"] = bunch["target"].astype(float)
    return bunch


def linear_assignment(X: Any) -> Any:
    """Return the pairs (row, column) of the cheapest assignment."""
    from scipy.optimize import linear_sum_assignment

    return np.stack(linear_sum_assignment(X), axis=1)


def jaccard_similarity_score(
    y_true: Any, y_pred: Any, normalize: bool = True, sample_weight: Any = None
) -> Any:
    """Return the Jaccard index of labels; for one label a sample that is the accuracy."""
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    if y_true.ndim == 1:
        return metrics.accuracy_score(
            y_true, y_pred, normalize=normalize, sample_weight=sample_weight
        )
    both = np.logical_and(y_true, y_pred).sum(axis=1)
    either = np.logical_or(y_true, y_pred).sum(axis=1)
    score = np.where(either == 0, 1.0, both / np.maximum(either, 1))
    if normalize:
        return np.average(score, weights=sample_weight)
    return score.sum() if sample_weight is None else np.dot(score, sample_weight)


def mean_squared_error(y_true: Any, y_pred: Any, *args: Any, **kwargs: Any) -> Any:
    """Return the mean squared error, its root with ``squared=False``."""
    squared = kwargs.pop("squared", True)
    kwargs.update(zip(["sample_weight", "multioutput"], args))
    value = metrics.mean_squared_error(y_true, y_pred, **kwargs)
    return value if squared else np.sqrt(value)


def log_loss(
    y_true: Any,
    y_pred: Any,
    eps: float = 1e-15,
    normalize: bool = True,
    sample_weight: Any = None,
    labels: Any = None,
) -> Any:
    """Return the cross-entropy of probabilities, cut to eps..1 - eps and made to sum to 1."""
    clipped = np.clip(np.asarray(y_pred, dtype=float), eps, 1 - eps)
    if clipped.ndim == 2:
        clipped = clipped / clipped.sum(axis=1, keepdims=True)
    return metrics.log_loss(
        y_true, clipped, normalize=normalize, sample_weight=sample_weight, labels=labels
    )


def get_feature_names(estimator: Any, *args: Any) -> list[str]:
    """Return the names of the features that come out."""
    return list(estimator.get_feature_names_out(*args))
