"""``sklearn.cross_validation`` of scikit-learn 0.17: splits made with the data, then iterated over.

For an equal ``random_state`` they give the indices that 0.17 gave. (Its ``StratifiedShuffleSplit``
drew otherwise before 0.18; here it is that of 0.18, and random without a promise.)
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
from sklearn import model_selection
from sklearn.base import is_classifier
from sklearn.utils import _safe_indexing, check_random_state, indexable
from sklearn.utils.multiclass import type_of_target


class _Partition:
    """Splits of n samples; each item is (indices for training, indices for testing)."""

    def __init__(self, n: int) -> None:
        if abs(n - int(n)) >= np.finfo("f").eps:
            raise ValueError(f"{type(self).__name__} got n={n}; expected a whole number.")
        self.n = int(n)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        for test in self._tests():
            mask = np.zeros(self.n, dtype=bool)
            mask[test] = True
            yield np.flatnonzero(~mask), np.flatnonzero(mask)

    def __len__(self) -> int:
        return sum(1 for _ in self._tests())

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in vars(self).items() if name[0] != "_")
        return f"sklearn.cross_validation.{type(self).__name__}({shown})"

    def _tests(self) -> Iterator[Any]:
        """Yield for each split the indices, or the mask, of its test samples."""
        raise NotImplementedError


class LeaveOneOut(_Partition):
    """Each sample once alone in the test set."""

    def _tests(self) -> Iterator[Any]:
        yield from range(self.n)


class LeavePOut(_Partition):
    """Each choice of p samples once in the test set."""

    def __init__(self, n: int, p: int) -> None:
        super().__init__(n)
        self.p = p

    def __len__(self) -> int:
        return math.comb(self.n, self.p)

    def _tests(self) -> Iterator[Any]:
        for chosen in combinations(range(self.n), self.p):
            yield list(chosen)


class _Folds(_Partition):
    def __init__(self, n: int, n_folds: int, shuffle: bool, random_state: Any) -> None:
        super().__init__(n)
        self.n_folds = int(n_folds)
        if n_folds != self.n_folds or self.n_folds <= 1:
            raise ValueError(f"{type(self).__name__} got n_folds={n_folds}; expected 2 or more.")
        if self.n_folds > self.n:
            raise ValueError(f"{type(self).__name__} got n_folds={n_folds} for {n} samples.")
        if not isinstance(shuffle, bool):
            raise TypeError(f"{type(self).__name__} got shuffle={shuffle!r}; expected a bool.")
        self.shuffle = shuffle
        self.random_state = random_state

    def __len__(self) -> int:
        return self.n_folds


class KFold(_Folds):
    """Consecutive folds, of n samples or of n shuffled ones, the first ones larger by one."""

    def __init__(
        self, n: int, n_folds: int = 3, shuffle: bool = False, random_state: Any = None
    ) -> None:
        super().__init__(n, n_folds, shuffle, random_state)
        self._order = np.arange(self.n)
        if shuffle:
            check_random_state(random_state).shuffle(self._order)

    def _tests(self) -> Iterator[Any]:
        yield from np.array_split(self._order, self.n_folds)


class StratifiedKFold(_Folds):
    """Folds with the same share of each class: `KFold` for each class, put together."""

    def __init__(
        self, y: Any, n_folds: int = 3, shuffle: bool = False, random_state: Any = None
    ) -> None:
        super().__init__(len(y), n_folds, shuffle, random_state)
        self.y = np.asarray(y)
        classes, counts = np.unique(self.y, return_counts=True)
        if np.all(self.n_folds > counts):
            raise ValueError(
                f"StratifiedKFold got n_folds={n_folds}; no class has as many samples: the largest "
                f"has {counts.max()}."
            )
        if self.n_folds > counts.min():
            warnings.warn(
                f"The least populated class in y has only {counts.min()} members, which is too few "
                f"for n_folds={n_folds}.",
                stacklevel=2,
            )
        rng = check_random_state(random_state) if shuffle else random_state
        self._fold = np.zeros(self.n, dtype=int)
        for label, count in zip(classes, counts):
            of_class = np.flatnonzero(self.y == label)
            # A class with fewer samples than folds is split as if it had one for each.
            parts = KFold(max(count, self.n_folds), self.n_folds, shuffle, rng)
            for fold, part in enumerate(parts._tests()):
                self._fold[of_class[part[part < count]]] = fold

    def _tests(self) -> Iterator[Any]:
        for fold in range(self.n_folds):
            yield self._fold == fold


class LabelKFold(_Folds):
    """Folds that keep equal labels together, the largest label first into the smallest fold."""

    def __init__(self, labels: Any, n_folds: int = 3) -> None:
        super().__init__(len(labels), n_folds, False, None)
        unique, inverse, counts = np.unique(labels, return_inverse=True, return_counts=True)
        if n_folds > len(unique):
            raise ValueError(f"LabelKFold got n_folds={n_folds} for {len(unique)} labels.")
        sizes = np.zeros(self.n_folds)
        fold_of = np.zeros(len(unique), dtype=int)
        for label in np.argsort(counts)[::-1]:
            smallest = int(np.argmin(sizes))
            sizes[smallest] += counts[label]
            fold_of[label] = smallest
        self._fold = fold_of[inverse.ravel()]

    def _tests(self) -> Iterator[Any]:
        for fold in range(self.n_folds):
            yield self._fold == fold


class LeaveOneLabelOut(_Partition):
    """The samples of each label once in the test set."""

    def __init__(self, labels: Any) -> None:
        super().__init__(len(labels))
        self.labels = np.array(labels)

    def _tests(self) -> Iterator[Any]:
        for label in np.unique(self.labels):
            yield self.labels == label


class LeavePLabelOut(_Partition):
    """The samples of each choice of p labels once in the test set."""

    def __init__(self, labels: Any, p: int) -> None:
        super().__init__(len(labels))
        self.labels = np.array(labels)
        self.p = p

    def _tests(self) -> Iterator[Any]:
        for chosen in combinations(np.unique(self.labels), self.p):
            yield np.isin(self.labels, chosen)


class PredefinedSplit(_Partition):
    """The folds that somebody numbered; samples with -1 are never tested on."""

    def __init__(self, test_fold: Any) -> None:
        super().__init__(len(test_fold))
        self.test_fold = np.ravel(np.array(test_fold, dtype=int))

    def _tests(self) -> Iterator[Any]:
        for fold in np.unique(self.test_fold[self.test_fold != -1]):
            yield self.test_fold == fold


class ShuffleSplit:
    """Random splits; their sizes are shares of the samples, or numbers."""

    def __init__(
        self,
        n: int,
        n_iter: int = 10,
        test_size: Any = 0.1,
        train_size: Any = None,
        random_state: Any = None,
    ) -> None:
        self.n = n
        self.n_iter = n_iter
        self.test_size = test_size
        self.train_size = train_size
        self.random_state = random_state
        self.n_train, self.n_test = _sizes(n, test_size, train_size)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        rng = check_random_state(self.random_state)
        for _ in range(self.n_iter):
            order = rng.permutation(self.n)
            yield order[self.n_test : self.n_test + self.n_train], order[: self.n_test]

    def __len__(self) -> int:
        return self.n_iter


class LabelShuffleSplit(ShuffleSplit):
    """Random splits of the labels."""

    def __init__(
        self,
        labels: Any,
        n_iter: int = 5,
        test_size: Any = 0.2,
        train_size: Any = None,
        random_state: Any = None,
    ) -> None:
        self.labels = labels
        unique, self._inverse = np.unique(labels, return_inverse=True)
        super().__init__(len(unique), n_iter, test_size, train_size, random_state)

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        for train, test in super().__iter__():
            yield self._samples(train), self._samples(test)

    def _samples(self, labels: Any) -> Any:
        return np.flatnonzero(np.isin(self._inverse, labels))


class StratifiedShuffleSplit(ShuffleSplit):
    """Random splits with the same share of each class."""

    def __init__(
        self,
        y: Any,
        n_iter: int = 10,
        test_size: Any = 0.1,
        train_size: Any = None,
        random_state: Any = None,
    ) -> None:
        super().__init__(len(y), n_iter, test_size, train_size, random_state)
        self.y = np.array(y)
        self._split = model_selection.StratifiedShuffleSplit(
            n_iter, test_size=self.n_test, train_size=self.n_train, random_state=random_state
        )
        next(self._split.split(self.y, self.y))  # a class that is too small is an error here

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        return iter(self._split.split(self.y, self.y))


def _sizes(n: int, test_size: Any, train_size: Any) -> tuple[int, int]:
    """Return how many samples to train and to test on."""
    if test_size is None and train_size is None:
        raise ValueError("test_size and train_size can not both be None.")
    for name, size in (("test_size", test_size), ("train_size", train_size)):
        is_share = isinstance(size, (float, np.floating))
        if size is not None and size >= (1.0 if is_share else n):
            raise ValueError(f"{name} is {size}; expected a share below 1, or an int below {n}.")
    if isinstance(test_size, (float, np.floating)):
        test = math.ceil(test_size * n)
    else:
        test = test_size
    if isinstance(train_size, (float, np.floating)):
        train = math.floor(train_size * n)
    else:
        train = train_size
    train = n - test if train is None else train
    test = n - train if test is None else test
    if train + test > n:
        raise ValueError(f"train_size and test_size make {train + test} of {n} samples.")
    return int(train), int(test)


def train_test_split(*arrays: Any, **options: Any) -> list[Any]:
    """Split arrays in two, a quarter of the samples for the test; lists stay lists."""
    test_size = options.pop("test_size", None)
    train_size = options.pop("train_size", None)
    random_state = options.pop("random_state", None)
    stratify = options.pop("stratify", None)
    options.pop("dtype", None)  # of scikit-learn 0.15
    options.pop("sparse_format", None)
    if not arrays:
        raise ValueError("train_test_split needs at least one array.")
    if options:
        raise TypeError(f"train_test_split does not know {', '.join(options)}.")
    if test_size is None and train_size is None:
        test_size = 0.25
    arrays = tuple(indexable(*arrays))
    splits: Any
    if stratify is None:
        splits = ShuffleSplit(_length(arrays[0]), 1, test_size, train_size, random_state)
    else:
        splits = StratifiedShuffleSplit(stratify, 1, test_size, train_size, random_state)
    train, test = next(iter(splits))
    return [_safe_indexing(array, part) for array in arrays for part in (train, test)]


def check_cv(cv: Any, X: Any = None, y: Any = None, classifier: bool = False) -> Any:
    """Make splits of a number: stratified for a classifier, 3 unless given."""
    cv = 3 if cv is None else cv
    if not isinstance(cv, (int, np.integer)):
        return cv
    if classifier and type_of_target(y) in ("binary", "multiclass"):
        return StratifiedKFold(y, int(cv))
    return KFold(_length(X if y is None or not classifier else y), int(cv))


def cross_val_score(
    estimator: Any,
    X: Any,
    y: Any = None,
    scoring: Any = None,
    cv: Any = None,
    n_jobs: Any = 1,
    verbose: int = 0,
    fit_params: Any = None,
    pre_dispatch: Any = "2*n_jobs",
) -> Any:
    """Return the score of each split."""
    return model_selection.cross_val_score(
        estimator,
        X,
        y,
        scoring=scoring,
        cv=list(check_cv(cv, X, y, is_classifier(estimator))),
        n_jobs=n_jobs,
        verbose=verbose,
        params=fit_params,
        pre_dispatch=pre_dispatch,
        error_score="raise",
    )


def cross_val_predict(
    estimator: Any,
    X: Any,
    y: Any = None,
    cv: Any = None,
    n_jobs: Any = 1,
    verbose: int = 0,
    fit_params: Any = None,
    pre_dispatch: Any = "2*n_jobs",
) -> Any:
    """Return for each sample what is predicted when it is in the test set."""
    return model_selection.cross_val_predict(
        estimator,
        X,
        y,
        cv=list(check_cv(cv, X, y, is_classifier(estimator))),
        n_jobs=n_jobs,
        verbose=verbose,
        params=fit_params,
        pre_dispatch=pre_dispatch,
    )


def permutation_test_score(
    estimator: Any,
    X: Any,
    y: Any,
    cv: Any = None,
    n_permutations: int = 100,
    n_jobs: Any = 1,
    labels: Any = None,
    random_state: Any = 0,
    verbose: int = 0,
    scoring: Any = None,
) -> Any:
    """Return the score, those with permuted targets, and the p-value."""
    return model_selection.permutation_test_score(
        estimator,
        X,
        y,
        groups=labels,
        cv=list(check_cv(cv, X, y, is_classifier(estimator))),
        n_permutations=n_permutations,
        n_jobs=n_jobs,
        random_state=random_state,
        verbose=verbose,
        scoring=scoring,
    )


def _length(X: Any) -> int:
    return int(X.shape[0]) if hasattr(X, "shape") else len(X)
