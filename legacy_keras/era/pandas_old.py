"""pandas 0.17: ``.ix``, rows appended, moving windows, arguments and methods since removed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool, is_integer, is_integer_dtype, is_list_like

TimeGrouper = pd.Grouper


def prepare() -> None:
    """Let text be objects, as it was: ``frame['name'].values`` is an array of ``str``."""
    with suppress(AttributeError, KeyError):  # before pandas 2.1 there was nothing else
        pd.set_option("future.infer_string", False)


class _Ix:
    """``frame.ix[...]``: by label, or by position where the index has no integers."""

    def __init__(self, data: Any) -> None:
        self.data = data

    def __getitem__(self, key: Any) -> Any:
        indexer, key = self._indexer(key)
        try:
            return indexer[key]
        except KeyError:
            if indexer is not self.data.loc or not isinstance(key, list):
                raise
            return self.data.reindex(key)  # labels that are not there gave nan

    def __setitem__(self, key: Any, value: Any) -> None:
        indexer, key = self._indexer(key)
        indexer[key] = value

    def _indexer(self, key: Any) -> tuple[Any, Any]:
        data = self.data
        if callable(key):
            key = key(data)
        if isinstance(key, tuple) and isinstance(data.index, pd.MultiIndex) and data.ndim == 1:
            return data.loc, key
        keys = key if isinstance(key, tuple) and data.ndim == 2 else (key,)
        positional = [_by_position(each, axis) for each, axis in zip(keys, data.axes)]
        if all(positional):
            return data.iloc, _one(keys, key)
        if any(positional):  # one axis by position, the other one by label
            keys = tuple(
                axis[each] if by_position and not _is_all(each) else each
                for each, axis, by_position in zip(keys, data.axes, positional)
            )
        return data.loc, _one(keys, key)


def _one(keys: Any, key: Any) -> Any:
    return tuple(keys) if isinstance(key, tuple) else keys[0]


def _is_all(key: Any) -> bool:
    return isinstance(key, slice) and key == slice(None)


def _by_position(key: Any, axis: Any) -> bool:
    """Tell whether a key counts positions of an axis, or may as well."""
    if _is_all(key):
        return True
    if is_integer_dtype(axis.dtype) or isinstance(axis, pd.MultiIndex):
        return False
    if isinstance(key, slice):
        ends = [each for each in (key.start, key.stop) if each is not None]
        return all(is_integer(each) for each in ends)
    if is_list_like(key):
        values = list(key)
        return bool(values) and all(is_integer(each) and not is_bool(each) for each in values)
    return bool(is_integer(key) and not is_bool(key))


ix = property(_Ix, doc="Rows and columns by label, or by position.")


def as_matrix(data: Any, columns: Any = None) -> Any:
    """Return the values as an array, of some columns only if they are given."""
    return (data if columns is None else data[columns]).to_numpy()


def sort_frame(
    data: Any,
    columns: Any = None,
    axis: Any = 0,
    ascending: Any = True,
    inplace: bool = False,
    kind: str = "quicksort",
    na_position: str = "last",
) -> Any:
    """Sort by columns, or by the index if there are none."""
    options: Any = {"ascending": ascending, "inplace": inplace, "kind": kind}
    options["na_position"] = na_position
    if columns is None:
        return data.sort_index(axis=axis, **options)
    return data.sort_values(columns, **options)


def sort_series(
    data: Any,
    axis: Any = 0,
    ascending: bool = True,
    kind: Any = "quicksort",
    na_position: str = "last",
    inplace: bool = True,
) -> Any:
    """Sort in place."""
    return data.sort_values(
        ascending=ascending, inplace=inplace, kind=kind, na_position=na_position
    )


def order(
    data: Any,
    na_last: Any = None,
    ascending: bool = True,
    kind: Any = "quicksort",
    na_position: str = "last",
    inplace: bool = False,
) -> Any:
    """Return a sorted series."""
    return sort_series(data, 0, ascending, kind, na_position, inplace)


def append(
    data: Any, other: Any, ignore_index: bool = False, verify_integrity: bool = False, **kwargs: Any
) -> Any:
    """Return the data with rows added; the data itself stays."""
    if data.ndim == 2:
        other = _rows(other, data, ignore_index)
    others = list(other) if isinstance(other, (list, tuple)) else [other]
    return pd.concat(
        [data, *others], ignore_index=ignore_index, verify_integrity=verify_integrity, sort=True
    )


def _rows(other: Any, data: Any, ignore_index: bool) -> Any:
    """Make a frame of what is to be added to one."""
    if isinstance(other, dict):
        other = pd.Series(other, dtype=object)
    if isinstance(other, pd.Series):
        if other.name is None and not ignore_index:
            raise TypeError(
                "append got a Series without a name; give it one, or ignore_index=True."
            )
        other = pd.DataFrame([other]).infer_objects()
    elif isinstance(other, list) and other and not isinstance(other[0], pd.DataFrame):
        other = pd.DataFrame(other)
    if isinstance(other, pd.DataFrame) and set(other.columns) <= set(data.columns):
        other = other.reindex(columns=data.columns)
    return other


def iteritems(data: Any) -> Any:
    """Return an iterator over pairs."""
    return data.items()


def icol(data: Any, i: Any) -> Any:
    """Return a column by position."""
    return data.iloc[:, i]


def irow(data: Any, i: Any, copy: bool = False) -> Any:
    """Return a row by position."""
    return data.iloc[i]


def iget_value(data: Any, i: int, j: int) -> Any:
    """Return one value by position."""
    return data.iloc[i, j]


def get_value(data: Any, index: Any, col: Any, takeable: bool = False) -> Any:
    """Return one value."""
    return data.iat[index, col] if takeable else data.at[index, col]


def set_value(data: Any, *args: Any) -> Any:
    """Set one value: ``set_value(index, column, value)``, of a series without the column."""
    *place, value = args
    data.loc[tuple(place) if len(place) > 1 else place[0]] = value
    return data


def convert_objects(
    data: Any,
    convert_dates: Any = True,
    convert_numeric: bool = False,
    convert_timedeltas: Any = True,
    copy: bool = True,
) -> Any:
    """Find better types for columns of objects; numbers that are text on request."""
    if convert_numeric:

        def numeric(column: Any) -> Any:
            if column.dtype != object:
                return column
            converted = pd.to_numeric(column, errors="coerce")
            return column if converted.isna().all() else converted

        data = data.apply(numeric) if data.ndim == 2 else numeric(data)
    return data.infer_objects()


def applymap(data: Any, func: Any) -> Any:
    """Call a function with each value."""
    return data.map(func)


def mad(data: Any, axis: Any = 0, skipna: bool = True) -> Any:
    """Return the mean absolute deviation from the mean."""
    if data.ndim == 1:
        return (data - data.mean(skipna=skipna)).abs().mean(skipna=skipna)
    centred = data.sub(data.mean(axis=axis, skipna=skipna), axis=1 - axis)
    return centred.abs().mean(axis=axis, skipna=skipna)


def lookup(data: Any, row_labels: Any, col_labels: Any) -> Any:
    """Return the values at pairs of labels."""
    return np.array([data.at[row, column] for row, column in zip(row_labels, col_labels)])


def get_dtype_counts(data: Any) -> Any:
    """Return how many columns there are of each type."""
    return data.dtypes.map(str).value_counts().sort_index()


def from_csv(
    cls: Any,
    path: Any = None,
    header: Any = 0,
    sep: str = ",",
    index_col: Any = 0,
    parse_dates: bool = True,
    encoding: Any = None,
    **kwargs: Any,
) -> Any:
    """Read a frame whose first column is the index."""
    return pd.read_csv(
        path,
        header=header,
        sep=sep,
        index_col=index_col,
        parse_dates=parse_dates,
        encoding=encoding,
    )


def nonzero(data: Any) -> Any:
    """Return where values are not 0."""
    return data.to_numpy().nonzero()


def reshape(data: Any, *shape: Any, **kwargs: Any) -> Any:
    """Return the values in another shape."""
    return data.to_numpy().reshape(*shape, **kwargs)


def ravel(data: Any, order: Any = "C") -> Any:
    """Return the values as a flat array."""
    return data.to_numpy().ravel(order)


def tshift(data: Any, periods: int = 1, freq: Any = None, axis: Any = 0) -> Any:
    """Shift the index."""
    return data.shift(periods, freq=freq or data.index.freq or data.index.inferred_freq, axis=axis)


def pad(data: Any, *args: Any, **kwargs: Any) -> Any:
    """Fill with the value before."""
    return data.ffill(*args, **kwargs)


# Methods that are still there, with other arguments.


def drop(
    data: Any,
    labels: Any = None,
    axis: Any = 0,
    level: Any = None,
    inplace: bool = False,
    errors: Any = "raise",
    **kwargs: Any,
) -> Any:
    """Drop rows or columns; arguments may stand in their order."""
    return data.drop(labels, axis=axis, level=level, inplace=inplace, errors=errors, **kwargs)


def fillna(
    data: Any,
    value: Any = None,
    method: Any = None,
    axis: Any = None,
    inplace: bool = False,
    limit: Any = None,
    downcast: Any = None,
) -> Any:
    """Fill what is missing by a value, or by the one before or after."""
    if method is None:
        return data.fillna(value, axis=axis, inplace=inplace, limit=limit)
    fill = data.ffill if method in ("pad", "ffill") else data.bfill
    return fill(axis=axis, inplace=inplace, limit=limit)


def to_csv(data: Any, path_or_buf: Any = None, sep: str = ",", *args: Any, **kwargs: Any) -> Any:
    """Write text; arguments may stand in their order."""
    names = ["na_rep", "float_format", "columns", "header", "index", "index_label", "mode"]
    kwargs.update(zip(names, args))
    for old, new in (("line_terminator", "lineterminator"), ("cols", "columns")):
        if old in kwargs:
            kwargs[new] = kwargs.pop(old)
    for gone in ("engine", "tupleize_cols", "nanRep", "quote"):
        kwargs.pop(gone, None)
    return data.to_csv(path_or_buf, sep=sep, **kwargs)


def drop_duplicates(data: Any, *args: Any, **kwargs: Any) -> Any:
    """Drop rows that came before; ``cols`` and ``take_last`` have other names today."""
    names = ["subset", "keep", "inplace"] if data.ndim == 2 else ["keep", "inplace"]
    kwargs.update(zip(names, args))
    if "cols" in kwargs:
        kwargs["subset"] = kwargs.pop("cols")
    if kwargs.pop("take_last", False):
        kwargs["keep"] = "last"
    return data.drop_duplicates(**kwargs)


def reset_index(data: Any, *args: Any, **kwargs: Any) -> Any:
    """Number the rows; arguments may stand in their order."""
    names = ["level", "drop", "inplace"] if data.ndim == 2 else ["level", "drop", "name", "inplace"]
    kwargs.update(zip(names, args))
    return data.reset_index(**kwargs)


def resample(data: Any, rule: Any, how: Any = None, *args: Any, **kwargs: Any) -> Any:
    """Group by time; with ``how`` also take the mean, the sum and so on."""
    fill = kwargs.pop("fill_method", None)
    limit = kwargs.pop("limit", None)
    resampled = data.resample(_rule(rule), *args, **kwargs)
    if how is None and fill is None:
        return resampled
    result = resampled.agg(how or "mean")
    return result if fill is None else fillna(result, method=fill, limit=limit)


def _rule(rule: Any) -> Any:
    """Write a frequency as today: ``'M'`` is ``'ME'``, ``'H'`` is ``'h'``."""
    if not isinstance(rule, str):
        return rule
    number = rule.rstrip("AMQYHTSLUN")
    unit = rule[len(number) :]
    today = {"M": "ME", "Q": "QE", "A": "YE", "Y": "YE", "H": "h", "T": "min", "S": "s"}
    today.update({"L": "ms", "U": "us", "N": "ns"})
    return number + today.get(unit, unit)


def _of_numbers(name: str) -> Callable[..., Any]:
    """Make a method that leaves out columns that it cannot compute with, as it did."""

    def method(data: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(data, name)(*args, **kwargs)
        except (TypeError, ValueError):
            if kwargs.get("numeric_only") is not None:
                raise
            kwargs["numeric_only"] = True
            return getattr(data, name)(*args, **kwargs)

    method.__name__ = name
    method.__doc__ = f"Return the {name} of columns, without those that are text."
    return method


mean = _of_numbers("mean")
median = _of_numbers("median")
std = _of_numbers("std")
var = _of_numbers("var")
corr = _of_numbers("corr")
cov = _of_numbers("cov")
quantile = _of_numbers("quantile")


# Functions of the module.


def _window(make: Callable[..., Any], of: Any, result: Callable[[Any], Any]) -> Any:
    """Apply a window to a frame or series, or to an array and give one back."""
    if isinstance(of, (pd.Series, pd.DataFrame)):
        return result(make(of))
    array = np.asarray(of, dtype=float)
    frame = pd.Series(array) if array.ndim == 1 else pd.DataFrame(array)
    return result(make(frame)).to_numpy()


def _rolling(name: str) -> Callable[..., Any]:
    def function(
        arg: Any,
        window: Any,
        min_periods: Any = None,
        freq: Any = None,
        center: bool = False,
        how: Any = None,
        **kwargs: Any,
    ) -> Any:
        arg = arg if freq is None else resample(arg, freq, how or "mean")
        return _window(
            lambda data: data.rolling(window, min_periods=min_periods, center=center),
            arg,
            lambda rolling: getattr(rolling, name)(**kwargs),
        )

    function.__name__ = f"rolling_{name}"
    function.__doc__ = f"Return the {name} of a moving window."
    return function


rolling_sum = _rolling("sum")
rolling_mean = _rolling("mean")
rolling_median = _rolling("median")
rolling_min = _rolling("min")
rolling_max = _rolling("max")
rolling_std = _rolling("std")
rolling_var = _rolling("var")
rolling_skew = _rolling("skew")
rolling_kurt = _rolling("kurt")


def rolling_count(
    arg: Any, window: Any, freq: Any = None, center: bool = False, how: Any = None
) -> Any:
    """Return how many values a moving window has."""
    return _window(
        lambda data: data.rolling(window, min_periods=0, center=center), arg, lambda r: r.count()
    )


def rolling_quantile(
    arg: Any,
    window: Any,
    quantile: float,
    min_periods: Any = None,
    freq: Any = None,
    center: bool = False,
) -> Any:
    """Return a quantile of a moving window."""
    return _window(
        lambda data: data.rolling(window, min_periods=min_periods, center=center),
        arg,
        lambda rolling: rolling.quantile(quantile, interpolation="lower"),
    )


def rolling_apply(
    arg: Any,
    window: Any,
    func: Any,
    min_periods: Any = None,
    freq: Any = None,
    center: bool = False,
    args: Any = (),
    kwargs: Any = None,
) -> Any:
    """Return what a function makes of the array in a moving window."""
    return _window(
        lambda data: data.rolling(window, min_periods=min_periods, center=center),
        arg,
        lambda rolling: rolling.apply(func, raw=True, args=args, kwargs=kwargs),
    )


def _of_two(name: str) -> Callable[..., Any]:
    def function(
        arg1: Any,
        arg2: Any = None,
        window: Any = None,
        min_periods: Any = None,
        freq: Any = None,
        center: bool = False,
        pairwise: Any = None,
        how: Any = None,
    ) -> Any:
        if is_integer(arg2) and window is None:
            arg2, window = None, arg2
        return _window(
            lambda data: data.rolling(window, min_periods=min_periods, center=center),
            arg1,
            lambda rolling: getattr(rolling, name)(arg2, pairwise=pairwise),
        )

    function.__name__ = f"rolling_{name}"
    function.__doc__ = f"Return the {name} of two series in a moving window."
    return function


rolling_corr = _of_two("corr")
rolling_cov = _of_two("cov")


def _expanding(name: str) -> Callable[..., Any]:
    def function(arg: Any, min_periods: int = 1, freq: Any = None, **kwargs: Any) -> Any:
        return _window(
            lambda data: data.expanding(min_periods),
            arg,
            lambda expanding: getattr(expanding, name)(**kwargs),
        )

    function.__name__ = f"expanding_{name}"
    function.__doc__ = f"Return the {name} of all values so far."
    return function


expanding_count = _expanding("count")
expanding_sum = _expanding("sum")
expanding_mean = _expanding("mean")
expanding_median = _expanding("median")
expanding_min = _expanding("min")
expanding_max = _expanding("max")
expanding_std = _expanding("std")
expanding_var = _expanding("var")


def _exponential(name: str) -> Callable[..., Any]:
    def function(
        arg: Any,
        com: Any = None,
        span: Any = None,
        halflife: Any = None,
        min_periods: int = 0,
        freq: Any = None,
        adjust: bool = True,
        how: Any = None,
        ignore_na: bool = False,
        **kwargs: Any,
    ) -> Any:
        return _window(
            lambda data: data.ewm(
                com=com,
                span=span,
                halflife=halflife,
                min_periods=min_periods,
                adjust=adjust,
                ignore_na=ignore_na,
                **{key: kwargs.pop(key) for key in ["alpha"] if key in kwargs},
            ),
            arg,
            lambda weighted: getattr(weighted, name)(**kwargs),
        )

    function.__doc__ = f"Return the {name} of all values so far, the last ones weighted most."
    return function


ewma = _exponential("mean")
ewmstd = _exponential("std")
ewmvar = _exponential("var")


def match(to_match: Any, values: Any, na_sentinel: int = -1) -> Any:
    """Return the position of each value among others."""
    found = pd.Index(values).get_indexer(to_match)
    return np.where(found == -1, na_sentinel, found)


def value_counts(values: Any, *args: Any, **kwargs: Any) -> Any:
    """Return how often each value occurs."""
    names = ["sort", "ascending", "normalize", "bins", "dropna"]
    kwargs.update(zip(names, args))
    return pd.Series(values).value_counts(**kwargs)


def get_dummies(data: Any, *args: Any, **kwargs: Any) -> Any:
    """Return an indicator column for each value, in floats as up to 0.18."""
    kwargs.setdefault("dtype", float)
    return pd.get_dummies(data, *args, **kwargs)


def concat(objs: Any, *args: Any, **kwargs: Any) -> Any:
    """Put frames together; ``join_axes`` names the other axis."""
    names = ["axis", "join", "join_axes", "ignore_index", "keys"]
    kwargs.update(zip(names, args))
    join_axes = kwargs.pop("join_axes", None)
    if not isinstance(objs, dict):
        objs = list(objs)
    kwargs.setdefault("sort", True)
    result = pd.concat(objs, **kwargs)
    if join_axes:
        axis = 1 - (1 if kwargs.get("axis", 0) in (1, "columns") else 0)
        result = result.reindex(join_axes[0], axis=axis)
    return result


def to_datetime(arg: Any, errors: str = "raise", *args: Any, **kwargs: Any) -> Any:
    """Read dates; ``coerce=True`` makes those that are none ``NaT``."""
    if kwargs.pop("coerce", False):
        errors = "coerce"
    kwargs.pop("infer_datetime_format", None)
    kwargs.pop("box", None)
    kwargs.update(zip(["dayfirst", "yearfirst", "utc"], args))
    if errors == "ignore":
        try:
            return pd.to_datetime(arg, **kwargs)
        except (ValueError, TypeError):
            return arg
    return pd.to_datetime(arg, errors=errors, **kwargs)


REMOVED_OPTIONS = frozenset(
    """
    display.mpl_style display.height display.line_width line_width mpl_style height
    mode.chained_assignment chained_assignment mode.use_inf_as_null use_inf_as_null
    display.notebook_repr_html
    """.split()
)
RENAMED_OPTIONS = {
    "max_rows": "display.max_rows",
    "max_columns": "display.max_columns",
    "max_colwidth": "display.max_colwidth",
    "precision": "display.precision",
    "expand_frame_repr": "display.expand_frame_repr",
    "display.max_colwidth": "display.max_colwidth",
}


def set_option(*args: Any, **kwargs: Any) -> None:
    """Set options; those that are gone mean nothing."""
    for name, value in zip(args[::2], args[1::2]):
        if name not in REMOVED_OPTIONS:
            name = RENAMED_OPTIONS.get(name, name)
            if name == "display.max_colwidth" and value == -1:
                value = None
            pd.set_option(name, value)


READ_CSV_ORDER = ["sep", "delimiter", "header", "names", "index_col", "usecols"]
READ_CSV_GONE = """
compact_ints use_unsigned buffer_lines tupleize_cols mangle_dupe_cols infer_datetime_format
na_fvalues keep_date_col verbose
""".split()


def read_csv(filepath_or_buffer: Any, *args: Any, **kwargs: Any) -> Any:
    """Read a table, with the arguments of then."""
    return _read(pd.read_csv, filepath_or_buffer, args, kwargs)


def read_table(filepath_or_buffer: Any, *args: Any, **kwargs: Any) -> Any:
    """Read a table whose separator is a tab unless told otherwise."""
    return _read(pd.read_table, filepath_or_buffer, args, kwargs)


def _read(function: Any, source: Any, args: Any, kwargs: Any) -> Any:
    kwargs.update(zip(READ_CSV_ORDER, args))
    for old, new in (("skip_footer", "skipfooter"), ("line_terminator", "lineterminator")):
        if old in kwargs:
            kwargs[new] = kwargs.pop(old)
    for gone in READ_CSV_GONE:
        kwargs.pop(gone, None)
    squeeze = kwargs.pop("squeeze", False)
    prefix = kwargs.pop("prefix", None)
    records = kwargs.pop("as_recarray", False)
    parser = kwargs.pop("date_parser", None)
    if kwargs.pop("delim_whitespace", False):
        kwargs.pop("delimiter", None)
        kwargs["sep"] = r"\s+"
    if kwargs.pop("error_bad_lines", True) is False:
        kwargs["on_bad_lines"] = "skip" if kwargs.get("warn_bad_lines") is False else "warn"
    kwargs.pop("warn_bad_lines", None)
    if kwargs.get("skipfooter"):
        kwargs["engine"] = "python"
    dates = kwargs.pop("parse_dates", None) if parser is not None else None
    frame = function(source, **kwargs)
    if dates is not None:
        for column in frame.columns if dates is True else dates:
            name = frame.columns[column] if is_integer(column) else column
            frame[name] = [parser(each) for each in frame[name]]
    if prefix is not None and kwargs.get("header", 0) is None:
        frame.columns = [f"{prefix}{column}" for column in frame.columns]
    if squeeze and isinstance(frame, pd.DataFrame) and frame.shape[1] == 1:
        frame = frame.iloc[:, 0]
    return frame.to_records(index=False) if records else frame


def read_excel(io: Any, sheetname: Any = 0, **kwargs: Any) -> Any:
    """Read a sheet, by name or number."""
    kwargs.setdefault("sheet_name", sheetname)
    if "parse_cols" in kwargs:
        kwargs["usecols"] = kwargs.pop("parse_cols")
    kwargs.pop("has_index_names", None)
    return pd.read_excel(io, **kwargs)
