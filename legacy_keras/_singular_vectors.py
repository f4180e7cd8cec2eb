"""Singular vectors with the signs that LAPACK gave them in 2016.

A singular value decomposition leaves open the sign of each pair of singular vectors.
LAPACK's choice follows from its plane rotations, and release 3.10 (2021) changed the sign
of some. Orthogonal initialization keeps those signs, so recurrent layers of up to 25 units
would start from other weights with the same seed than they did on Theano. Larger matrices
go through divide and conquer, whose signs have not changed.

`left_signs` follows the old path, Householder bidiagonalization and implicit QR as Demmel
and Kahan describe it ("Accurate singular values of bidiagonal matrices", 1990), with the
old rotations. Only the signs are used of what it computes.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

# Below this size LAPACK's dbdsdc iterates instead of dividing.
SMALL = 25

EPS = 2.0**-53
TOL = min(100.0, EPS ** (-1 / 8)) * EPS
SWEEPS = 6  # of n rotations each, for each of n singular values at the most
TINY = 2.0**-1022

Array = np.ndarray[Any, np.dtype[np.float64]]


def rotation(f: float, g: float) -> tuple[float, float, float]:
    """Return (c, s, r) with c f + s g = r and c g - s f = 0, signed as before LAPACK 3.10."""
    if g == 0:
        return 1.0, 0.0, f
    if f == 0:
        return 0.0, 1.0, g
    r = math.hypot(f, g)
    c, s = f / r, g / r
    return (-c, -s, -r) if abs(f) > abs(g) and c < 0 else (c, s, r)


def rotate(u: Array, i: int, c: float, s: float) -> None:
    """Turn columns i and i + 1 of ``u`` into each other."""
    left, right = u[:, i].copy(), u[:, i + 1]
    u[:, i] = c * left + s * right
    u[:, i + 1] = c * right - s * left


def _reflector(x: Array) -> tuple[Array, float, float]:
    """Return (v, tau, beta): I - tau v v' turns ``x`` into (beta, 0, ...)."""
    v = x.copy()
    v[0] = 1.0
    rest = float(np.linalg.norm(x[1:]))
    if rest == 0:
        return v, 0.0, float(x[0])
    beta = -math.copysign(math.hypot(float(x[0]), rest), float(x[0]))
    v[1:] = x[1:] / (float(x[0]) - beta)
    return v, (beta - float(x[0])) / beta, beta


def bidiagonalize(a: Array) -> tuple[Array, Array, Array]:
    """Return (q, d, e): q' a p has the diagonal d and e above it, below it if a is wide."""
    a = a.copy()
    m, n = a.shape
    size = min(m, n)
    d, e, q = np.zeros(size), np.zeros(max(size - 1, 0)), np.eye(m)
    columns_first = m >= n

    def from_left(i: int, row: int) -> float:
        v, tau, beta = _reflector(a[row:, i])
        a[row:, i:] -= tau * np.outer(v, v @ a[row:, i:])
        q[:, row:] -= tau * np.outer(q[:, row:] @ v, v)
        return beta

    def from_right(i: int, column: int) -> float:
        v, tau, beta = _reflector(a[i, column:])
        a[i:, column:] -= tau * np.outer(a[i:, column:] @ v, v)
        return beta

    for i in range(size):
        if columns_first:
            d[i] = from_left(i, i)
            if i + 1 < n:
                above = from_right(i, i + 1)
                if i + 1 < size:
                    e[i] = above
        else:
            d[i] = from_right(i, i)
            if i + 1 < m:
                below = from_left(i, i + 1)
                if i + 1 < size:
                    e[i] = below
    return q, d, e


def _two_by_two(f: float, g: float, h: float) -> tuple[float, float, float, float]:
    """Return singular values and left vector (large, small, c, s) of [[f, g], [0, h]]."""
    swapped = abs(h) > abs(f)
    ft, ht = (h, f) if swapped else (f, h)
    fa, ha, ga = abs(ft), abs(ht), abs(g)
    largest = "h" if swapped else "f"
    clt, crt, slt, srt = 1.0, 1.0, 0.0, 0.0
    small, large = ha, fa
    if ga != 0:
        if ga > fa:
            largest = "g"
        if ga > fa and fa / ga < EPS:
            large = ga
            small = fa / (ga / ha) if ha > 1 else (fa / ga) * ha
            slt, srt, crt = ht / g, 1.0, ft / g
        else:
            gap = fa - ha
            l = 1.0 if gap == fa else gap / fa  # noqa: E741
            m, t = g / ft, 2.0 - l
            s = math.hypot(t, m)
            r = abs(m) if l == 0 else math.hypot(l, m)
            a = 0.5 * (s + r)
            small, large = ha / a, fa * a
            if m * m != 0:
                t = (m / (s + t) + m / (r + l)) * (1.0 + a)
            elif l == 0:
                t = math.copysign(2.0, ft) * math.copysign(1.0, g)
            else:
                t = g / math.copysign(gap, ft) + m / t
            length = math.hypot(t, 2.0)
            crt, srt = 2.0 / length, t / length
            clt = (crt + srt * m) / a
            slt = (ht / ft) * srt / a
    csl, snl, csr, snr = (srt, crt, slt, clt) if swapped else (clt, slt, crt, srt)
    factors = {"f": (csr, csl, f), "g": (snr, csl, g), "h": (snr, snl, h)}[largest]
    sign = math.prod(math.copysign(1.0, x) for x in factors)
    other = sign * math.copysign(1.0, f) * math.copysign(1.0, h)
    return math.copysign(large, sign), math.copysign(small, other), csl, snl


def _smallest(f: float, g: float, h: float) -> float:
    """Return the smaller singular value of [[f, g], [0, h]]."""
    fa, ga, ha = abs(f), abs(g), abs(h)
    low, high = min(fa, ha), max(fa, ha)
    if low == 0:
        return 0.0
    plus, minus = 1.0 + low / high, (high - low) / high
    if ga < high:
        au = (ga / high) ** 2
        return low * (2.0 / (math.sqrt(plus * plus + au) + math.sqrt(minus * minus + au)))
    au = high / ga
    if au == 0:
        return low * high / ga
    c = 1.0 / (math.hypot(1.0, plus * au) + math.hypot(1.0, minus * au))
    return 2.0 * (low * c * au)


def _negligible(d: Array, e: Array, lo: int, hi: int, down: bool) -> tuple[int | None, float]:
    """Return an off-diagonal that counts as 0, if any, and a bound of the singular values."""
    end, start = (hi, lo) if down else (lo, hi)
    last = hi - 1 if down else lo
    if abs(e[last]) <= TOL * abs(d[end]):
        return last, 0.0
    mu = bound = abs(d[start])
    for i in range(lo, hi) if down else range(hi - 1, lo - 1, -1):
        if abs(e[i]) <= TOL * mu:
            return i, 0.0
        mu = abs(d[i + 1 if down else i]) * (mu / (mu + abs(e[i])))
        bound = min(bound, mu)
    return None, float(bound)


def iterate(d: Array, e: Array, u: Array) -> None:
    """Turn an upper bidiagonal matrix diagonal by QR sweeps, and the columns of ``u``."""
    n = len(d)
    if n == 1:  # here the left vector takes the sign, otherwise the right ones do
        u[:, 0] *= math.copysign(1.0, d[0])
    mu = least = abs(d[0])
    for i in range(1, n):
        mu = abs(d[i]) * (mu / (mu + abs(e[i - 1]))) if mu else 0.0
        least = min(least, mu)
    threshold = max(TOL * least / math.sqrt(n), SWEEPS * n * n * TINY)
    hi, down, before = n - 1, True, (-1, -1)
    for _ in range(SWEEPS * n * n):
        if hi <= 0:
            return
        largest, lo = abs(d[hi]), hi
        while lo > 0 and abs(e[lo - 1]) > threshold:
            lo -= 1
            largest = max(largest, abs(d[lo]), abs(e[lo]))
        if lo > 0:
            e[lo - 1] = 0.0
        if lo == hi:
            hi -= 1
            continue
        if lo == hi - 1:
            d[lo], d[hi], c, s = _two_by_two(d[lo], e[lo], d[hi])
            e[lo] = 0.0
            rotate(u, lo, c, s)
            hi -= 2
            continue
        if lo > before[1] or hi < before[0]:  # a new block: chase towards its smaller end
            down = abs(d[lo]) >= abs(d[hi])
        split, bound = _negligible(d, e, lo, hi, down)
        if split is not None:
            e[split] = 0.0
            continue
        before = (lo, hi)
        shift = 0.0
        if n * TOL * (bound / largest) > max(EPS, 0.01 * TOL):
            corner = (d[hi - 1], e[hi - 1], d[hi]) if down else (d[lo], e[lo], d[lo + 1])
            shift = _smallest(*corner)
            start = abs(d[lo] if down else d[hi])
            if start > 0 and (shift / start) ** 2 < EPS:
                shift = 0.0
        sweep(d, e, u, lo, hi, down, shift)
        last = hi - 1 if down else lo
        if abs(e[last]) <= threshold:
            e[last] = 0.0


def sweep(d: Array, e: Array, u: Array, lo: int, hi: int, down: bool, shift: float) -> None:
    """Chase one bulge through d[lo..hi], from its beginning or from its end."""
    # Backwards it is the same on the reversed block, with right and left exchanged.
    block = slice(lo, hi + 1)
    x, y = d[block], e[lo:hi]
    if not down:
        x, y = x[::-1], y[::-1]
    chase = _chase_zero_shift if shift == 0 else _chase
    rights, lefts = chase(x, y, shift)  # x and y are views of d and e
    if down:
        for i, (c, s) in enumerate(lefts):
            rotate(u, lo + i, c, s)
    else:
        for i, (c, s) in enumerate(rights):
            rotate(u, hi - 1 - i, c, -s)


Rotations = list[tuple[float, float]]


def _chase_zero_shift(d: Array, e: Array, shift: float) -> tuple[Rotations, Rotations]:
    rights, lefts = [], []
    c, old_c, old_s = 1.0, 1.0, 0.0
    for i in range(len(e)):
        c, s, r = rotation(d[i] * c, e[i])
        if i > 0:
            e[i - 1] = old_s * r
        old_c, old_s, d[i] = rotation(old_c * r, d[i + 1] * s)
        rights.append((c, s))
        lefts.append((old_c, old_s))
    h = d[-1] * c
    d[-1], e[-1] = h * old_c, h * old_s
    return rights, lefts


def _chase(d: Array, e: Array, shift: float) -> tuple[Rotations, Rotations]:
    rights, lefts = [], []
    f = (abs(d[0]) - shift) * (math.copysign(1.0, d[0]) + shift / d[0])
    g = e[0]
    for i in range(len(e)):
        c, s, r = rotation(f, g)
        if i > 0:
            e[i - 1] = r
        f, e[i] = c * d[i] + s * e[i], c * e[i] - s * d[i]
        g, d[i + 1] = s * d[i + 1], c * d[i + 1]
        rights.append((c, s))
        c, s, d[i] = rotation(f, g)
        f, d[i + 1] = c * e[i] + s * d[i + 1], c * d[i + 1] - s * e[i]
        if i + 1 < len(e):
            g, e[i + 1] = s * e[i + 1], c * e[i + 1]
        lefts.append((c, s))
    e[-1] = f
    return rights, lefts


def left_vectors(a: Array) -> Array:
    """Return the left singular vectors, signed as before LAPACK 3.10, largest first."""
    m, n = a.shape
    size = min(m, n)
    before = np.eye(m)
    if max(m, n) >= int(size * 11 / 6) and m != n:  # much longer: triangular first
        q, r = np.linalg.qr(a if m > n else a.T)
        before, a = (q, r) if m > n else (before, r.T)
    q, d, e = bidiagonalize(a)
    u = before @ q[:, :size]
    if a.shape[0] < a.shape[1]:  # below the diagonal: rotate it above
        for i in range(size - 1):
            c, s, d[i] = rotation(d[i], e[i])
            e[i], d[i + 1] = s * d[i + 1], c * d[i + 1]
            rotate(u, i, c, s)
    if size > SMALL:
        return u @ np.linalg.svd(np.diag(d) + np.diag(e, 1))[0]
    iterate(d, e, u)
    return u[:, np.argsort(-np.abs(d), kind="stable")]


def sign_like_2016(a: Array, u: Array, v: Array) -> tuple[Array, Array]:
    """Return ``u`` and ``v`` of ``np.linalg.svd(a, full_matrices=False)`` with old signs."""
    m, n = a.shape
    wide = m < n < int(m * 11 / 6)
    if min(m, n) > SMALL and not wide:
        return u, v
    signs = np.where(np.sum(left_vectors(a) * u, axis=0) < 0, -1.0, 1.0)
    return u * signs, v * signs[:, None]
