"""Functions of SciPy 0.17 that were removed since, and were short."""

from __future__ import annotations

from typing import Any

import numpy as np


def __getattr__(name: str) -> Any:
    if name == "fft":
        return _Fft()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class _Fft:
    """``scipy.fft``: then a function, now a module; both."""

    def __call__(self, a: Any, *args: Any, **kwargs: Any) -> Any:
        return np.fft.fft(a, *args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        import scipy.fft

        return getattr(scipy.fft, name)


def nanstd(x: Any, axis: Any = 0, bias: bool = False) -> Any:
    """Return the standard deviation of what is not nan, over n - 1 unless biased."""
    return np.nanstd(x, axis=axis, ddof=0 if bias else 1)


def threshold(a: Any, threshmin: Any = None, threshmax: Any = None, newval: Any = 0) -> Any:
    """Return an array with a new value where it is outside of limits."""
    a = np.array(a)
    outside = np.zeros(a.shape, dtype=bool)
    if threshmin is not None:
        outside |= np.asarray(a < threshmin)
    if threshmax is not None:
        outside |= np.asarray(a > threshmax)
    a[outside] = newval
    return a


def itemfreq(a: Any) -> Any:
    """Return the distinct values and how often each occurs, in two columns."""
    items, counts = np.unique(a, return_counts=True)
    return np.array([items, counts]).T


def signaltonoise(a: Any, axis: Any = 0, ddof: int = 0) -> Any:
    """Return the mean over the standard deviation; 0 where that is 0."""
    a = np.asanyarray(a)
    mean, deviation = a.mean(axis), a.std(axis=axis, ddof=ddof)
    return np.where(deviation == 0, 0, mean / np.where(deviation == 0, 1, deviation))


def ss(a: Any, axis: Any = 0) -> Any:
    """Return the sum of squares."""
    return np.sum(np.square(a), axis)


def binom_test(x: Any, n: Any = None, p: float = 0.5, alternative: str = "two-sided") -> float:
    """Return the p-value of x successes in n trials; x may be (successes, failures)."""
    from scipy.stats import binomtest

    if np.size(x) == 2:
        successes, failures = x
        x, n = successes, successes + failures
    return float(binomtest(int(x), int(n), p, alternative).pvalue)


def mode(a: Any, axis: Any = 0, nan_policy: str = "propagate") -> Any:
    """Return the most frequent values and their counts; the axis stays, with length 1."""
    import scipy.stats

    return scipy.stats.mode(a, axis=axis, nan_policy=nan_policy, keepdims=axis is not None)


def simps(y: Any, x: Any = None, dx: float = 1, axis: int = -1, even: Any = None) -> Any:
    """Integrate samples by Simpson's rule."""
    from scipy.integrate import simpson

    return simpson(y, x=x, dx=dx, axis=axis)


def spline(
    xk: Any, yk: Any, xnew: Any, order: int = 3, kind: str = "smoothest", conds: Any = None
) -> Any:
    """Interpolate; the ends of the curve differ a little from what this gave."""
    from scipy.interpolate import make_interp_spline

    return make_interp_spline(xk, yk, k=order)(xnew)


def sph_harm(m: Any, n: Any, theta: Any, phi: Any) -> Any:
    """Return spherical harmonics; theta is the azimuth, phi the polar angle."""
    import scipy.special

    return scipy.special.sph_harm_y(n, m, phi, theta)


def central_diff_weights(Np: int, ndiv: int = 1) -> Any:
    """Return the weights of a central difference with Np points, for the ndiv-th derivative."""
    if Np < ndiv + 1 or Np % 2 == 0:
        raise ValueError(f"central_diff_weights got Np={Np}; expected an odd number above {ndiv}.")
    x = np.arange(-(Np // 2), Np // 2 + 1.0)
    powers = x[:, None] ** np.arange(Np)
    factorial = float(np.prod(np.arange(1, ndiv + 1)))
    return factorial * np.linalg.inv(powers)[ndiv]


def derivative(
    func: Any, x0: float, dx: float = 1.0, n: int = 1, args: Any = (), order: int = 3
) -> Any:
    """Return the n-th derivative of a function at a point, by a central difference."""
    weights = central_diff_weights(order, n)
    half = order // 2
    values = [func(x0 + (k - half) * dx, *args) for k in range(order)]
    return np.dot(weights, values) / dx**n


A = property(lambda matrix: matrix.toarray(), doc="A sparse matrix as an array.")
A1 = property(lambda matrix: matrix.toarray().ravel(), doc="A sparse matrix as a flat array.")
