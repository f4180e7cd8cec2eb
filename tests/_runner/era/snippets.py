"""Calls of libraries of 2015/16; ``recorded.json`` has what they gave then.

Code that Python 2.7 reads, too. ``python record.py`` in an environment of that time (numpy
1.11, scipy 0.18, scikit-learn 0.18, pandas 0.19, h5py 2.6, Pillow 3.4 on Python 2.7) records;
``test_era_modules.py`` runs the same under the runner and compares.
"""

import itertools
import re
import string

import numpy as np
import pandas as pd
import scipy
import scipy.integrate
import scipy.linalg
import scipy.misc
import scipy.ndimage
import scipy.signal
import scipy.stats
from scipy import misc
from sklearn import cross_validation, grid_search, learning_curve, linear_model, metrics
from sklearn import preprocessing
from sklearn.cross_validation import KFold, StratifiedKFold, train_test_split
from sklearn.datasets import make_classification

X = np.arange(20.0).reshape(10, 2)
y = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
labels = np.array([1, 1, 2, 2, 2, 3, 3, 4, 4, 4])
gray = np.arange(30.0).reshape(5, 6) ** 1.5
colour = np.random.RandomState(0).rand(6, 4, 3)
bytes_ = (np.random.RandomState(1).rand(8, 6, 3) * 255).astype(np.uint8)
Xc, yc = make_classification(60, 5, random_state=0)
model = linear_model.LogisticRegression(C=1.0, solver="lbfgs", tol=1e-8)


def frame():
    return pd.DataFrame({"a": [3, 1, 2], "b": [1.5, None, 0.5], "c": ["x", "y", "z"]})


def named():
    return pd.DataFrame({"a": [3, 1, 2], "b": [4, 5, 6]}, index=["p", "q", "r"])


def chained(kind):
    data = frame()
    if kind == "item":
        data["b"][data["a"] > 2] = 9
    elif kind == "attribute":
        data.b[1] = 7
    elif kind == "fillna":
        data["b"].fillna(0, inplace=True)
    elif kind == "ix":
        data.ix[data["c"] == "x", "a"] = 8
    elif kind == "ix position":
        data.ix[1, 0] = 8
    elif kind == "sort":
        data.sort("a", inplace=True)
    elif kind == "append":
        data = data.append({"a": 5, "b": 1.0, "c": "w"}, ignore_index=True)
    elif kind == "append frame":
        data = data.append(frame())
    elif kind == "set_value":
        data.set_value(1, "a", 11)
    return data


def search():
    found = grid_search.GridSearchCV(model, {"C": [0.01, 1.0]}, scoring="accuracy")
    found.fit(Xc, yc)
    return [found.best_params_, found.best_score_, [s[1] for s in found.grid_scores_]]


CASES = [
    lambda: [[a, b] for a, b in KFold(10, 3)],
    lambda: [[a, b] for a, b in KFold(10, n_folds=4, shuffle=True, random_state=1)],
    lambda: len(KFold(10, 3)),
    lambda: [[a, b] for a, b in StratifiedKFold(y, 3)],
    lambda: [[a, b] for a, b in StratifiedKFold(y, n_folds=3, shuffle=True, random_state=3)],
    lambda: [[a, b] for a, b in StratifiedKFold(list("aabbaabbab"), 2)],
    lambda: [[a, b] for a, b in cross_validation.LeaveOneOut(4)],
    lambda: [[a, b] for a, b in cross_validation.LeavePOut(4, 2)],
    lambda: len(cross_validation.LeavePOut(6, 2)),
    lambda: [[a, b] for a, b in cross_validation.LabelKFold(labels, 2)],
    lambda: [[a, b] for a, b in cross_validation.LeaveOneLabelOut(labels)],
    lambda: [[a, b] for a, b in cross_validation.LeavePLabelOut(labels, 2)],
    lambda: [[a, b] for a, b in cross_validation.PredefinedSplit([0, 1, -1, 1])],
    lambda: [
        [a, b]
        for a, b in cross_validation.ShuffleSplit(10, n_iter=2, test_size=0.25, random_state=0)
    ],
    lambda: [[a, b] for a, b in cross_validation.ShuffleSplit(10, 2, 3, 4, random_state=0)],
    lambda: [[a, b] for a, b in cross_validation.LabelShuffleSplit(labels, 3, random_state=0)],
    lambda: [[a, b] for a, b in cross_validation.StratifiedShuffleSplit(y, 2, 0.3, random_state=0)],
    lambda: train_test_split(X, y, test_size=0.33, random_state=42),
    lambda: train_test_split(list(y), train_size=0.5, random_state=7),
    lambda: train_test_split(X, y, random_state=0, test_size=4),
    lambda: train_test_split(X, y, stratify=y, test_size=0.4, random_state=0),
    lambda: cross_validation.cross_val_score(model, Xc, yc),
    lambda: cross_validation.cross_val_score(model, Xc, yc, "accuracy", 4),
    lambda: cross_validation.cross_val_score(model, Xc, yc, cv=KFold(60, 3), scoring="roc_auc"),
    lambda: cross_validation.cross_val_predict(model, Xc, yc, cv=3),
    lambda: search(),
    lambda: learning_curve.learning_curve(model, Xc, yc, train_sizes=[20, 30]),
    lambda: preprocessing.Imputer(strategy="median").fit_transform(
        [[1.0, np.nan], [3.0, 4.0], [9.0, 8.0]]
    ),
    lambda: preprocessing.OneHotEncoder(sparse=False).fit_transform([[0], [2], [1]]),
    lambda: preprocessing.OneHotEncoder(3).fit_transform([[0], [1]]).toarray(),
    lambda: metrics.log_loss([0, 1, 1], [0.0, 0.7, 1.0]),
    lambda: metrics.log_loss([0, 1], [[0.5, 0.5], [0.0, 1.0]]),
    lambda: metrics.jaccard_similarity_score([0, 1, 2], [0, 2, 2]),
    lambda: misc.bytescale(gray),
    lambda: misc.bytescale(gray, cmin=0, cmax=255),
    lambda: misc.bytescale(gray, high=200, low=100),
    lambda: misc.bytescale(np.zeros((2, 2))),
    lambda: misc.imresize(gray, (3, 4)),
    lambda: misc.imresize(gray, 50),
    lambda: misc.imresize(gray, 0.5, interp="nearest"),
    lambda: misc.imresize(gray, 2.0, "bicubic"),
    lambda: misc.imresize(gray, (3, 4), mode="F"),
    lambda: misc.imresize(colour, (3, 2)),
    lambda: misc.imresize(bytes_, (4, 3), "bicubic"),
    lambda: misc.imresize(bytes_.transpose(2, 0, 1), (4, 3)),
    lambda: misc.imresize(bytes_, 150, interp="lanczos"),
    lambda: misc.imrotate(gray, 90),
    lambda: misc.imrotate(bytes_, 30, "nearest"),
    lambda: misc.fromimage(misc.toimage(gray)),
    lambda: misc.fromimage(misc.toimage(gray, cmin=0, cmax=100)),
    lambda: misc.fromimage(misc.toimage(colour), flatten=True),
    lambda: misc.fromimage(misc.toimage(gray, mode="P")),
    lambda: misc.toimage(colour).mode,
    lambda: misc.toimage(colour.transpose(2, 0, 1)).size,
    lambda: misc.comb(5, 2),
    lambda: misc.factorial(5),
    lambda: misc.logsumexp([1.0, 2.0]),
    lambda: misc.derivative(np.exp, 0.5, dx=1e-3),
    lambda: misc.derivative(np.sin, 0.5, dx=1e-2, n=2, order=5),
    lambda: misc.central_diff_weights(5),
    lambda: scipy.signal.gaussian(5, 1.0),
    lambda: scipy.signal.hanning(5),
    lambda: scipy.stats.threshold([1, 5, 9], threshmin=2, threshmax=8, newval=-1),
    lambda: scipy.stats.itemfreq([3, 1, 1]),
    lambda: scipy.stats.signaltonoise([1.0, 2.0, 3.0]),
    lambda: list(scipy.stats.mode([[1, 2], [1, 3]])),
    lambda: scipy.stats.chisqprob(3.0, 2),
    lambda: scipy.integrate.trapz([1.0, 2.0, 4.0]),
    lambda: scipy.integrate.cumtrapz([1.0, 2.0, 4.0]),
    lambda: scipy.integrate.simps([1.0, 2.0, 4.0]),
    lambda: scipy.linalg.triu(np.ones((2, 2))),
    lambda: scipy.array([1, 2]),
    lambda: scipy.sqrt(16),
    lambda: scipy.mean([1, 2]),
    lambda: scipy.fft([1.0, 2.0, 3.0]).real,
    lambda: scipy.ndimage.filters.gaussian_filter(gray, 1.0),
    lambda: np.array([[1, 2], [3]]),
    lambda: np.array([[[1, 2], [3]], [[1], [2]]]),
    lambda: np.array([np.zeros(2), np.zeros(3)]),
    lambda: np.array([(1, 2), (3, 4, 5)]).dtype == object,
    lambda: np.asarray([[1], [1, 2]]).shape,
    lambda: np.asarray([0, np.array([3]), np.array([[5]])]),
    lambda: np.array([[0, np.array([3])], [1, np.array([2.5])]]),
    lambda: np.array([0, np.array([3])], dtype=np.float32),
    lambda: np.array([[1, 2], [3, 4]], dtype=np.int),
    lambda: np.zeros(10 / 4.0),
    lambda: np.zeros((2.5, 3)).shape,
    lambda: np.ones(3.0, dtype=np.float),
    lambda: np.eye(3.0),
    lambda: np.full(3, 1),
    lambda: np.full((2, 2), 0.5, dtype=np.float32),
    lambda: np.linspace(0, 1, 3.0),
    lambda: np.tile([1, 2], 2.0),
    lambda: np.repeat([1], 2.0),
    lambda: np.arange(10)[: len(X) * 0.55],
    lambda: np.arange(10)[len(X) / 4.0],
    lambda: np.arange(10).ptp(),
    lambda: np.arange(3).tostring() == np.arange(3).tobytes(),
    lambda: np.product([2, 3]),
    lambda: np.alltrue([1, 0]),
    lambda: np.in1d([[1, 2]], [1]),
    lambda: np.rank([[1]]),
    lambda: np.asscalar(np.array([3])),
    lambda: np.row_stack([[1, 2], [3, 4]]),
    lambda: np.trapz([1.0, 2.0, 4.0]),
    lambda: np.msort([[3, 1], [2, 5]]),
    lambda: np.cast["float32"](3),
    lambda: np.histogram([1, 2, 2, 3], bins=3, normed=True),
    lambda: np.fromstring("abc", dtype=np.uint8),
    lambda: np.fromstring("1 2 3", sep=" "),
    lambda: np.random.RandomState(0).rand(2),
    lambda: [np.random.seed(0), np.random.randint(10, size=3)][1],
    lambda: [np.random.seed(0), np.random.random_integers(3, size=6)][1],
    lambda: [np.random.seed(0), np.random.rand(2.0)][1],
    lambda: [np.Inf, np.infty, np.NINF, np.PINF],
    lambda: [np.float_(3), np.bool8(1), np.unicode_("a")],
    lambda: frame().ix[0],
    lambda: frame().ix[0, "a"],
    lambda: frame().ix[:, "a"],
    lambda: frame().ix[:, 0],
    lambda: frame().ix[0:1, ["a", "c"]],
    lambda: frame().ix[[0, 2]].shape,
    lambda: frame().ix[frame().a > 1, "c"],
    lambda: named().ix["p"],
    lambda: named().ix[0],
    lambda: named().ix["p":"q"],
    lambda: named().ix[0:2],
    lambda: named().ix[["p", "r"], 1],
    lambda: named().ix[-1, "a"],
    lambda: named().a.ix["q"],
    lambda: named().a.ix[1],
    lambda: frame().as_matrix(["a", "b"]),
    lambda: named().as_matrix(),
    lambda: frame().sort("a"),
    lambda: frame().sort(["a"], ascending=False),
    lambda: frame().sort(),
    lambda: frame().a.order(),
    lambda: frame().a.order(ascending=False),
    lambda: frame().append(frame(), ignore_index=True),
    lambda: frame().a.append(frame().a),
    lambda: [[k, v] for k, v in named().iteritems()],
    lambda: [[k, v] for k, v in named().a.iteritems()],
    lambda: frame().icol(0),
    lambda: named().irow(1),
    lambda: named().drop("p").index,
    lambda: named().drop("a", 1),
    lambda: named().drop(["p"], 0),
    lambda: frame().mean(),
    lambda: frame().fillna(frame().mean()),
    lambda: frame().corr(),
    lambda: frame().groupby("c").mean(),
    lambda: frame().fillna(method="ffill"),
    lambda: frame().c.values,
    lambda: frame().c.dtype == object,
    lambda: named().mad(),
    lambda: named().applymap(lambda v: v + 1),
    lambda: named().get_value("p", "a"),
    lambda: named().reset_index(0, True),
    lambda: pd.rolling_mean(np.arange(5.0), 2),
    lambda: pd.rolling_mean(named().a, 2),
    lambda: pd.rolling_std(named(), 2, min_periods=1),
    lambda: pd.rolling_sum(named().a, window=3, center=True, min_periods=1),
    lambda: pd.rolling_count(named().a, 2),
    lambda: pd.rolling_apply(np.arange(4.0), 2, lambda v: v.sum()),
    lambda: pd.rolling_corr(named().a, named().b, 3),
    lambda: pd.rolling_quantile(named().a, 2, 0.5),
    lambda: pd.ewma(named().a, span=2),
    lambda: pd.ewmstd(named().a, com=1),
    lambda: pd.expanding_mean(named().a),
    lambda: pd.get_dummies(frame().c),
    lambda: pd.get_dummies(frame().c).mean(),
    lambda: pd.concat([named(), named()], axis=1, join_axes=[named().index]).shape,
    lambda: pd.value_counts(["a", "b", "a"]),
    lambda: pd.match(["a", "z"], ["z", "a"]),
    lambda: pd.isnull(pd.to_datetime(["2015-01-01", "no"], coerce=True)),
    lambda: chained("item"),
    lambda: chained("attribute"),
    lambda: chained("fillna"),
    lambda: chained("ix"),
    lambda: chained("ix position"),
    lambda: chained("sort"),
    lambda: chained("append"),
    lambda: chained("append frame"),
    lambda: chained("set_value"),
    lambda: [list(each) for each in itertools.izip([1, 2], [3, 4])],
    lambda: [list(each) for each in itertools.izip_longest([1], [3, 4])],
    lambda: list(itertools.imap(abs, [-1])),
    lambda: list(itertools.ifilter(None, [0, 1])),
    lambda: string.join(["a", "b"]),
    lambda: string.split("a b"),
    lambda: string.letters[:0] + string.lowercase[:3],
    lambda: string.zfill(3, 4),
    lambda: string.atoi("12"),
    lambda: re.split(r"(\W+)?", "Mary moved to the bathroom."),
    lambda: re.split("x*", "axbc", 1),
    lambda: re.split("[,;]", "a,b;c,d", maxsplit=2),
]


def plain(value):
    """Turn a value into what JSON can hold, whatever the release."""
    if isinstance(value, pd.DataFrame):
        return {
            "columns": plain(list(value.columns)),
            "index": plain(list(value.index)),
            "values": plain([list(row) for row in value.values]),
        }
    if isinstance(value, pd.Series):
        return {"index": plain(list(value.index)), "values": plain(list(value.values))}
    if isinstance(value, np.ndarray):
        if value.dtype == object:
            return {"shape": list(value.shape), "items": plain(list(value.ravel()))}
        return plain(value.tolist())
    if isinstance(value, pd.Index):
        return plain(list(value))
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, dict):
        return dict((str(key), plain(value[key])) for key in value)
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, float):
        return repr(value) if value != value or value in (np.inf, -np.inf) else value
    if isinstance(value, int):
        return value
    try:
        return int(value)
    except (TypeError, ValueError):
        return str(value)


def written(case):
    """Return what stands in a case's line."""
    with open(__file__.replace(".pyc", ".py")) as source:
        line = source.readlines()[case.__code__.co_firstlineno - 1]
    return line.strip()[len("lambda: ") : -1]


def outcomes():
    """Call all; an error is part of the outcome."""
    found = []
    for case in CASES:
        try:
            found.append([written(case), plain(case())])
        except Exception as error:
            found.append([written(case), {"error": type(error).__name__ + ": " + str(error)[:200]}])
    return found
