"""What scripts of 2015/16 import that has moved, vanished or changed since: the table.

Data and its look-ups. ``redirect.py`` gives a script what stands here, ``report.py`` tells of it.
One line a name:

    name | what is given in its place | since when it is so | what to write today

What is given is a dotted name. One that begins with a dot is an adapter in ``legacy_keras/era``,
with the behaviour of the time. With ``-`` nothing takes its place, and the error says what to do.
``~`` before it marks a name that is still there, but takes or gives something else.
``module.*`` stands for all else that the old module had. Nothing in the last column: the given
name is the one to write.

Modules that are there keep what they have; a name below a module is always that of the table.
`METHODS` has the same for attributes of objects: ``class.attribute``.
"""

from __future__ import annotations

from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table."""

    name: str
    given: str
    since: str
    today: str
    changed: bool = False  # the name is still there, with another meaning

    @property
    def vanished(self) -> bool:
        """Nothing is given in its place."""
        return self.given == "-"


NUMPY = """
numpy.Inf | numpy.inf | NumPy 2.0
numpy.Infinity | numpy.inf | NumPy 2.0
numpy.infty | numpy.inf | NumPy 2.0
numpy.PINF | numpy.inf | NumPy 2.0
numpy.NINF | .numpy_old. | NumPy 2.0 | -numpy.inf
numpy.NaN | numpy.nan | NumPy 2.0
numpy.NAN | numpy.nan | NumPy 2.0
numpy.PZERO | .numpy_old. | NumPy 2.0 | 0.0
numpy.NZERO | .numpy_old. | NumPy 2.0 | -0.0
numpy.int | builtins.int | NumPy 1.24 | int
numpy.long | builtins.int | NumPy 1.24 | int
numpy.float | builtins.float | NumPy 1.24 | float
numpy.bool | builtins.bool | NumPy 1.24; another type since 2.0 | bool
numpy.complex | builtins.complex | NumPy 1.24 | complex
numpy.object | builtins.object | NumPy 1.24 | object
numpy.str | builtins.str | NumPy 1.24 | str
numpy.unicode | builtins.str | NumPy 1.24 | str
numpy.float_ | numpy.float64 | NumPy 2.0
numpy.complex_ | numpy.complex128 | NumPy 2.0
numpy.cfloat | numpy.complex128 | NumPy 2.0
numpy.singlecomplex | numpy.complex64 | NumPy 2.0
numpy.longfloat | numpy.longdouble | NumPy 2.0
numpy.longcomplex | numpy.clongdouble | NumPy 2.0
numpy.clongfloat | numpy.clongdouble | NumPy 2.0
numpy.string_ | numpy.bytes_ | NumPy 2.0
numpy.unicode_ | numpy.str_ | NumPy 2.0
numpy.bool8 | numpy.bool_ | NumPy 2.0
numpy.int0 | numpy.intp | NumPy 2.0
numpy.uint0 | numpy.uintp | NumPy 2.0
numpy.object0 | numpy.object_ | NumPy 2.0
numpy.string0 | numpy.bytes_ | NumPy 1.24
numpy.unicode0 | numpy.str_ | NumPy 1.24
numpy.void0 | numpy.void | NumPy 1.24
numpy.typeDict | numpy.sctypeDict | NumPy 1.24
numpy.sctypes | .numpy_old. | NumPy 2.0 | the types themselves
numpy.cast | .numpy_old. | NumPy 2.0 | numpy.asarray(x, dtype)
numpy.nbytes | .numpy_old. | NumPy 2.0 | numpy.dtype(t).itemsize
numpy.issubclass_ | builtins.issubclass | NumPy 2.0 | issubclass
numpy.issubsctype | numpy.issubdtype | NumPy 2.0
numpy.obj2sctype | .numpy_old. | NumPy 2.0 | numpy.dtype(x).type
numpy.sctype2char | .numpy_old. | NumPy 2.0 | numpy.dtype(x).char
numpy.find_common_type | .numpy_old. | NumPy 2.0 | numpy.result_type
numpy.product | numpy.prod | NumPy 2.0
numpy.cumproduct | numpy.cumprod | NumPy 2.0
numpy.alltrue | numpy.all | NumPy 2.0
numpy.sometrue | numpy.any | NumPy 2.0
numpy.round_ | numpy.round | NumPy 2.0
numpy.row_stack | numpy.vstack | NumPy 2.0, deprecated
numpy.trapz | numpy.trapezoid | NumPy 2.0, deprecated
numpy.in1d | .numpy_old. | NumPy 2.0, deprecated | numpy.isin
numpy.rank | numpy.ndim | NumPy 1.18
numpy.alen | .numpy_old. | NumPy 1.23 | len
numpy.asscalar | .numpy_old. | NumPy 1.23 | a.item()
numpy.asfarray | .numpy_old. | NumPy 2.0 | numpy.asarray(a, dtype=float)
numpy.mat | numpy.asmatrix | NumPy 2.0
numpy.msort | .numpy_old. | NumPy 2.0 | numpy.sort(a, axis=0)
numpy.disp | .numpy_old. | NumPy 2.0 | print
numpy.loads | pickle.loads | NumPy 1.23
numpy.safe_eval | ast.literal_eval | NumPy 2.0
numpy.deprecate | .numpy_old. | NumPy 2.0 | warnings.warn
numpy.byte_bounds | numpy.lib.array_utils.byte_bounds | NumPy 2.0
numpy.chararray | numpy.char.chararray | NumPy 2.0
numpy.VisibleDeprecationWarning | numpy.exceptions.VisibleDeprecationWarning | NumPy 2.0
numpy.ComplexWarning | numpy.exceptions.ComplexWarning | NumPy 2.0
numpy.RankWarning | numpy.exceptions.RankWarning | NumPy 2.0
numpy.ModuleDeprecationWarning | numpy.exceptions.ModuleDeprecationWarning | NumPy 2.0
numpy.DataSource | numpy.lib.npyio.DataSource | NumPy 2.0
numpy.set_string_function | - | NumPy 2.0 | numpy.set_printoptions
numpy.recfromcsv | .numpy_old. | NumPy 2.0 | numpy.genfromtxt
numpy.recfromtxt | .numpy_old. | NumPy 2.0 | numpy.genfromtxt
numpy.array | ~.numpy_old. | NumPy 1.24 refuses ragged lists | numpy.array(x, dtype=object)
numpy.asarray | ~.numpy_old. | NumPy 1.24 refuses ragged lists | numpy.asarray(x, dtype=object)
numpy.load | ~.numpy_old. | NumPy 1.16.3 refuses pickles | numpy.load(file, allow_pickle=True)
numpy.fromstring | ~.numpy_old. | NumPy 2.3 reads text only | numpy.frombuffer
numpy.histogram | ~.numpy_old. | NumPy 1.24 has no normed | density=
numpy.full | ~.numpy_old. | NumPy 1.12: dtype of the value | numpy.full(n, x, dtype=float)
numpy.zeros | ~.numpy_old. | NumPy 1.12 refuses float sizes | numpy.zeros(int(n))
numpy.ones | ~.numpy_old. | NumPy 1.12 refuses float sizes | numpy.ones(int(n))
numpy.empty | ~.numpy_old. | NumPy 1.12 refuses float sizes | numpy.empty(int(n))
numpy.eye | ~.numpy_old. | NumPy 1.12 refuses float sizes | numpy.eye(int(n))
numpy.identity | ~.numpy_old. | NumPy 1.12 refuses float sizes | numpy.identity(int(n))
numpy.linspace | ~.numpy_old. | NumPy 1.18 refuses float sizes | numpy.linspace(a, b, int(n))
numpy.reshape | ~.numpy_old. | NumPy 1.12 refuses float sizes | numpy.reshape(a, (int(n), ...))
numpy.resize | ~.numpy_old. | NumPy 1.12 refuses float sizes | numpy.resize(a, int(n))
numpy.tile | ~.numpy_old. | NumPy 1.12 refuses float sizes | numpy.tile(a, int(n))
numpy.repeat | ~.numpy_old. | NumPy 1.12 refuses float sizes | numpy.repeat(a, int(n))
numpy.random.rand | ~.numpy_old. | NumPy 1.12 refuses float sizes | numpy.random.rand(int(n))
numpy.random.randn | ~.numpy_old. | NumPy 1.12 refuses float sizes | numpy.random.randn(int(n))
numpy.random.randint | ~.numpy_old. | NumPy 1.12 refuses float sizes | int(n)
numpy.random.random | ~.numpy_old. | NumPy 1.12 refuses float sizes | int(n)
numpy.random.normal | ~.numpy_old. | NumPy 1.12 refuses float sizes | int(n)
numpy.random.uniform | ~.numpy_old. | NumPy 1.12 refuses float sizes | int(n)
numpy.random.choice | ~.numpy_old. | NumPy 1.12 refuses float sizes | int(n)
numpy.random.random_integers | .numpy_old. | NumPy 2.3 | numpy.random.randint(a, b + 1)
numpy.core | numpy._core | NumPy 2.0, deprecated | numpy
numpy.lib.pad | numpy.pad | NumPy 2.0
numpy.lib.index_tricks | numpy.lib._index_tricks_impl | NumPy 2.0 | numpy
numpy.lib.function_base | numpy.lib._function_base_impl | NumPy 2.0 | numpy
numpy.lib.arraysetops | numpy.lib._arraysetops_impl | NumPy 2.0 | numpy
numpy.lib.shape_base | numpy.lib._shape_base_impl | NumPy 2.0 | numpy
numpy.lib.* | numpy.* | NumPy 2.0
"""

SCIPY = """
scipy.misc.imread | .scipy_misc. | SciPy 1.2 | imageio.imread
scipy.misc.imsave | .scipy_misc. | SciPy 1.2 | imageio.imwrite
scipy.misc.imresize | .scipy_misc. | SciPy 1.3 | PIL.Image.resize
scipy.misc.imrotate | .scipy_misc. | SciPy 1.2 | PIL.Image.rotate
scipy.misc.imfilter | .scipy_misc. | SciPy 1.2 | PIL.Image.filter
scipy.misc.imshow | .scipy_misc. | SciPy 1.2 | PIL.Image.show
scipy.misc.toimage | .scipy_misc. | SciPy 1.2 | PIL.Image.fromarray
scipy.misc.fromimage | .scipy_misc. | SciPy 1.2 | numpy.asarray(image)
scipy.misc.bytescale | .scipy_misc. | SciPy 1.2 | write the scaling
scipy.misc.comb | scipy.special.comb | SciPy 1.3
scipy.misc.factorial | scipy.special.factorial | SciPy 1.3
scipy.misc.factorial2 | scipy.special.factorial2 | SciPy 1.3
scipy.misc.factorialk | scipy.special.factorialk | SciPy 1.3
scipy.misc.logsumexp | scipy.special.logsumexp | SciPy 1.3
scipy.misc.pade | scipy.interpolate.pade | SciPy 1.3
scipy.misc.face | scipy.datasets.face | SciPy 1.12
scipy.misc.ascent | scipy.datasets.ascent | SciPy 1.12
scipy.misc.electrocardiogram | scipy.datasets.electrocardiogram | SciPy 1.12
scipy.misc.lena | - | SciPy 0.17 | scipy.datasets.face, or an image file of your own
scipy.misc.derivative | .scipy_old. | SciPy 1.12 | a finite difference
scipy.misc.central_diff_weights | .scipy_old. | SciPy 1.12 | a finite difference
scipy.misc.pilutil | .scipy_misc | SciPy 1.2 | PIL.Image
scipy.misc.common | scipy.special | SciPy 1.3
scipy.ndimage.imread | .scipy_misc. | SciPy 1.2 | imageio.imread
scipy.ndimage.filters | scipy.ndimage | SciPy 1.8, deprecated
scipy.ndimage.interpolation | scipy.ndimage | SciPy 1.8, deprecated
scipy.ndimage.measurements | scipy.ndimage | SciPy 1.8, deprecated
scipy.ndimage.morphology | scipy.ndimage | SciPy 1.8, deprecated
scipy.ndimage.fourier | scipy.ndimage | SciPy 1.8, deprecated
scipy.signal.boxcar | scipy.signal.windows.boxcar | SciPy 1.13
scipy.signal.triang | scipy.signal.windows.triang | SciPy 1.13
scipy.signal.parzen | scipy.signal.windows.parzen | SciPy 1.13
scipy.signal.bohman | scipy.signal.windows.bohman | SciPy 1.13
scipy.signal.blackman | scipy.signal.windows.blackman | SciPy 1.13
scipy.signal.nuttall | scipy.signal.windows.nuttall | SciPy 1.13
scipy.signal.blackmanharris | scipy.signal.windows.blackmanharris | SciPy 1.13
scipy.signal.flattop | scipy.signal.windows.flattop | SciPy 1.13
scipy.signal.bartlett | scipy.signal.windows.bartlett | SciPy 1.13
scipy.signal.hanning | scipy.signal.windows.hann | SciPy 1.3
scipy.signal.hann | scipy.signal.windows.hann | SciPy 1.13
scipy.signal.barthann | scipy.signal.windows.barthann | SciPy 1.13
scipy.signal.hamming | scipy.signal.windows.hamming | SciPy 1.13
scipy.signal.kaiser | scipy.signal.windows.kaiser | SciPy 1.13
scipy.signal.gaussian | scipy.signal.windows.gaussian | SciPy 1.13
scipy.signal.general_gaussian | scipy.signal.windows.general_gaussian | SciPy 1.13
scipy.signal.chebwin | scipy.signal.windows.chebwin | SciPy 1.13
scipy.signal.cosine | scipy.signal.windows.cosine | SciPy 1.13
scipy.signal.exponential | scipy.signal.windows.exponential | SciPy 1.13
scipy.signal.tukey | scipy.signal.windows.tukey | SciPy 1.13
scipy.signal.signaltools | scipy.signal | SciPy 1.8, deprecated
scipy.signal.cwt | - | SciPy 1.15 | pywt.cwt of PyWavelets
scipy.signal.morlet | - | SciPy 1.15 | PyWavelets
scipy.signal.ricker | - | SciPy 1.15 | PyWavelets
scipy.signal.daub | - | SciPy 1.15 | PyWavelets
scipy.stats.nanmean | numpy.nanmean | SciPy 0.18
scipy.stats.nanmedian | numpy.nanmedian | SciPy 0.18
scipy.stats.nanstd | .scipy_old. | SciPy 0.18 | numpy.nanstd(x, ddof=1)
scipy.stats.threshold | .scipy_old. | SciPy 1.0 | numpy.clip
scipy.stats.itemfreq | .scipy_old. | SciPy 1.3 | numpy.unique(a, return_counts=True)
scipy.stats.chisqprob | scipy.stats.chi2.sf | SciPy 1.0
scipy.stats.betai | scipy.special.betainc | SciPy 1.0
scipy.stats.signaltonoise | .scipy_old. | SciPy 1.0 | mean / std
scipy.stats.ss | .scipy_old. | SciPy 0.18 | numpy.sum(a ** 2, axis)
scipy.stats.binom_test | .scipy_old. | SciPy 1.12 | scipy.stats.binomtest
scipy.stats.mode | ~.scipy_old. | SciPy 1.11 drops the axis | scipy.stats.mode(a, keepdims=True)
scipy.stats.frechet_r | scipy.stats.weibull_min | SciPy 1.6
scipy.stats.frechet_l | scipy.stats.weibull_max | SciPy 1.6
scipy.stats.gilbrat | scipy.stats.gibrat | SciPy 1.11
scipy.stats.stats | scipy.stats | SciPy 1.8, deprecated
scipy.integrate.trapz | scipy.integrate.trapezoid | SciPy 1.14
scipy.integrate.cumtrapz | scipy.integrate.cumulative_trapezoid | SciPy 1.14
scipy.integrate.simps | .scipy_old. | SciPy 1.14 | scipy.integrate.simpson
scipy.interpolate.spline | .scipy_old. | SciPy 1.3 | scipy.interpolate.make_interp_spline
scipy.linalg.pinv2 | scipy.linalg.pinv | SciPy 1.9
scipy.linalg.tri | numpy.tri | SciPy 1.13
scipy.linalg.tril | numpy.tril | SciPy 1.13
scipy.linalg.triu | numpy.triu | SciPy 1.13
scipy.linalg.kron | numpy.kron | SciPy 1.15, deprecated
scipy.special.errprint | scipy.special.errstate | SciPy 1.0
scipy.special.sph_harm | .scipy_old. | SciPy 1.17 | scipy.special.sph_harm_y
scipy.sparse.sparsetools | scipy.sparse | SciPy 0.19
scipy.sparse.csr | scipy.sparse | SciPy 1.8, deprecated
scipy.sparse.csc | scipy.sparse | SciPy 1.8, deprecated
scipy.weave | - | SciPy 0.15 | Cython or numba
scipy.rand | numpy.random.rand | SciPy 1.12
scipy.randn | numpy.random.randn | SciPy 1.12
scipy.fft | ~.scipy_old. | SciPy 1.4 made it a module | scipy.fft.fft
scipy.ifft | numpy.fft.ifft | SciPy 1.12
scipy.* | numpy.* | SciPy 1.12
"""

SKLEARN = """
sklearn.cross_validation | .sklearn_splits | scikit-learn 0.20 | sklearn.model_selection
sklearn.cross_validation.* | sklearn.model_selection.* | scikit-learn 0.20
sklearn.grid_search | .sklearn_search | scikit-learn 0.20 | sklearn.model_selection
sklearn.grid_search.* | sklearn.model_selection.* | scikit-learn 0.20
sklearn.learning_curve | .sklearn_search | scikit-learn 0.20 | sklearn.model_selection
sklearn.lda | .sklearn_old. | scikit-learn 0.19 | sklearn.discriminant_analysis
sklearn.qda | .sklearn_old. | scikit-learn 0.19 | sklearn.discriminant_analysis
sklearn.hmm | - | scikit-learn 0.17 | the package hmmlearn
sklearn.externals.joblib | joblib | scikit-learn 0.23
sklearn.externals.six | six | scikit-learn 0.23 | Python 3 itself
sklearn.externals | .sklearn_old. | scikit-learn 0.23 | joblib
sklearn.preprocessing.Imputer | .sklearn_old. | scikit-learn 0.22 | sklearn.impute.SimpleImputer
sklearn.preprocessing.OneHotEncoder | ~.sklearn_old. | scikit-learn 1.4 | sparse_output=
sklearn.preprocessing.data | sklearn.preprocessing | scikit-learn 0.24
sklearn.preprocessing.label | sklearn.preprocessing | scikit-learn 0.24
sklearn.preprocessing.imputation | .sklearn_old | scikit-learn 0.22 | sklearn.impute
sklearn.datasets.fetch_mldata | .sklearn_old. | scikit-learn 0.22 | sklearn.datasets.fetch_openml
sklearn.datasets.load_boston | - | scikit-learn 1.2 | sklearn.datasets.fetch_openml('boston')
sklearn.datasets.samples_generator | sklearn.datasets | scikit-learn 0.24
sklearn.datasets.base | sklearn.datasets | scikit-learn 0.24
sklearn.datasets.mldata | .sklearn_old | scikit-learn 0.22 | sklearn.datasets.fetch_openml
sklearn.datasets.twenty_newsgroups | sklearn.datasets | scikit-learn 0.24
sklearn.decomposition.RandomizedPCA | .sklearn_old. | scikit-learn 0.20 | svd_solver=
sklearn.decomposition.ProjectedGradientNMF | sklearn.decomposition.NMF | scikit-learn 0.19
sklearn.decomposition.pca | sklearn.decomposition | scikit-learn 0.24
sklearn.decomposition.nmf | sklearn.decomposition | scikit-learn 0.24
sklearn.mixture.GMM | .sklearn_old. | scikit-learn 0.20 | sklearn.mixture.GaussianMixture
sklearn.mixture.DPGMM | - | scikit-learn 0.20 | sklearn.mixture.BayesianGaussianMixture
sklearn.mixture.VBGMM | - | scikit-learn 0.20 | sklearn.mixture.BayesianGaussianMixture
sklearn.linear_model.RandomizedLasso | - | scikit-learn 0.21 | nothing
sklearn.linear_model.RandomizedLogisticRegression | - | scikit-learn 0.21 | nothing
sklearn.linear_model.logistic | sklearn.linear_model | scikit-learn 0.24
sklearn.linear_model.stochastic_gradient | sklearn.linear_model | scikit-learn 0.24
sklearn.linear_model.base | sklearn.linear_model | scikit-learn 0.24
sklearn.ensemble.forest | sklearn.ensemble | scikit-learn 0.24
sklearn.ensemble.gradient_boosting | sklearn.ensemble | scikit-learn 0.24
sklearn.ensemble.weight_boosting | sklearn.ensemble | scikit-learn 0.24
sklearn.ensemble.bagging | sklearn.ensemble | scikit-learn 0.24
sklearn.ensemble.partial_dependence | sklearn.inspection | scikit-learn 0.24
sklearn.neighbors.classification | sklearn.neighbors | scikit-learn 0.24
sklearn.neighbors.DistanceMetric | sklearn.metrics.DistanceMetric | scikit-learn 1.3
sklearn.neighbors.LSHForest | - | scikit-learn 0.21 | a package for approximate neighbours
sklearn.svm.classes | sklearn.svm | scikit-learn 0.24
sklearn.tree.tree | sklearn.tree | scikit-learn 0.24
sklearn.cluster.k_means_ | sklearn.cluster | scikit-learn 0.24
sklearn.manifold.t_sne | sklearn.manifold | scikit-learn 0.24
sklearn.feature_extraction.stop_words | .sklearn_old. | scikit-learn 0.24 | feature_extraction.text
sklearn.feature_selection.univariate_selection | sklearn.feature_selection | scikit-learn 0.24
sklearn.metrics.jaccard_similarity_score | .sklearn_old. | scikit-learn 0.23 | jaccard_score
sklearn.metrics.calinski_harabaz_score | sklearn.metrics.calinski_harabasz_score | scikit-learn 0.23
sklearn.metrics.SCORERS | .sklearn_old. | scikit-learn 1.3 | sklearn.metrics.get_scorer
sklearn.metrics.mean_squared_error | ~.sklearn_old. | scikit-learn 1.6 | root_mean_squared_error
sklearn.metrics.log_loss | ~.sklearn_old. | scikit-learn 1.5: no eps | log_loss(y, p)
sklearn.metrics.classification | sklearn.metrics | scikit-learn 0.24
sklearn.metrics.ranking | sklearn.metrics | scikit-learn 0.24
sklearn.metrics.regression | sklearn.metrics | scikit-learn 0.24
sklearn.metrics.scorer | sklearn.metrics | scikit-learn 0.24
sklearn.metrics.metrics | sklearn.metrics | scikit-learn 0.16
sklearn.utils.linear_assignment_ | .sklearn_old | scikit-learn 0.23 | scipy.optimize
sklearn.utils.DataConversionWarning | sklearn.exceptions.DataConversionWarning | scikit-learn 0.19
sklearn.utils.ConvergenceWarning | sklearn.exceptions.ConvergenceWarning | scikit-learn 0.19
sklearn.utils.testing | sklearn.utils._testing | scikit-learn 0.24
sklearn.manifold.TSNE | ~.sklearn_old. | scikit-learn 1.7: max_iter | TSNE(max_iter=)
sklearn.cluster.KMeans | ~.sklearn_old. | scikit-learn 0.25: no n_jobs | KMeans without n_jobs
"""

PANDAS = """
pandas.rolling_count | .pandas_old. | pandas 0.23 | x.rolling(n).count()
pandas.rolling_sum | .pandas_old. | pandas 0.23 | x.rolling(n).sum()
pandas.rolling_mean | .pandas_old. | pandas 0.23 | x.rolling(n).mean()
pandas.rolling_median | .pandas_old. | pandas 0.23 | x.rolling(n).median()
pandas.rolling_min | .pandas_old. | pandas 0.23 | x.rolling(n).min()
pandas.rolling_max | .pandas_old. | pandas 0.23 | x.rolling(n).max()
pandas.rolling_std | .pandas_old. | pandas 0.23 | x.rolling(n).std()
pandas.rolling_var | .pandas_old. | pandas 0.23 | x.rolling(n).var()
pandas.rolling_skew | .pandas_old. | pandas 0.23 | x.rolling(n).skew()
pandas.rolling_kurt | .pandas_old. | pandas 0.23 | x.rolling(n).kurt()
pandas.rolling_corr | .pandas_old. | pandas 0.23 | x.rolling(n).corr(y)
pandas.rolling_cov | .pandas_old. | pandas 0.23 | x.rolling(n).cov(y)
pandas.rolling_quantile | .pandas_old. | pandas 0.23 | x.rolling(n).quantile(q)
pandas.rolling_apply | .pandas_old. | pandas 0.23 | x.rolling(n).apply(f, raw=True)
pandas.rolling_window | - | pandas 0.23 | x.rolling(n, win_type=...).mean()
pandas.expanding_count | .pandas_old. | pandas 0.23 | x.expanding().count()
pandas.expanding_sum | .pandas_old. | pandas 0.23 | x.expanding().sum()
pandas.expanding_mean | .pandas_old. | pandas 0.23 | x.expanding().mean()
pandas.expanding_median | .pandas_old. | pandas 0.23 | x.expanding().median()
pandas.expanding_min | .pandas_old. | pandas 0.23 | x.expanding().min()
pandas.expanding_max | .pandas_old. | pandas 0.23 | x.expanding().max()
pandas.expanding_std | .pandas_old. | pandas 0.23 | x.expanding().std()
pandas.expanding_var | .pandas_old. | pandas 0.23 | x.expanding().var()
pandas.ewma | .pandas_old. | pandas 0.23 | x.ewm(...).mean()
pandas.ewmstd | .pandas_old. | pandas 0.23 | x.ewm(...).std()
pandas.ewmvar | .pandas_old. | pandas 0.23 | x.ewm(...).var()
pandas.Panel | - | pandas 0.25 | a DataFrame with a MultiIndex, or xarray
pandas.Panel4D | - | pandas 0.23 | xarray
pandas.WidePanel | - | pandas 0.23 | a DataFrame with a MultiIndex, or xarray
pandas.TimeGrouper | .pandas_old. | pandas 0.25 | pandas.Grouper(freq=...)
pandas.TimeSeries | pandas.Series | pandas 0.20
pandas.Int64Index | pandas.Index | pandas 2.0
pandas.Float64Index | pandas.Index | pandas 2.0
pandas.UInt64Index | pandas.Index | pandas 2.0
pandas.datetime | datetime.datetime | pandas 2.0
pandas.np | numpy | pandas 2.0
pandas.match | .pandas_old. | pandas 0.23 | Index.get_indexer
pandas.value_counts | .pandas_old. | pandas 3.0 | Series.value_counts
pandas.scatter_matrix | pandas.plotting.scatter_matrix | pandas 0.25
pandas.ordered_merge | pandas.merge_ordered | pandas 0.25
pandas.get_store | pandas.HDFStore | pandas 0.25
pandas.ols | - | pandas 0.20 | statsmodels
pandas.read_msgpack | - | pandas 1.0 | pickle or parquet
pandas.read_csv | ~.pandas_old. | pandas 2.0 dropped arguments | pandas.read_csv
pandas.read_table | ~.pandas_old. | pandas 2.0 dropped arguments | pandas.read_table
pandas.read_excel | ~.pandas_old. | pandas 0.25: sheet_name | pandas.read_excel(sheet_name=)
pandas.get_dummies | ~.pandas_old. | pandas 2.0: bool | get_dummies(x, dtype=float)
pandas.concat | ~.pandas_old. | pandas 1.0: no join_axes | pandas.concat(...).reindex
pandas.to_datetime | ~.pandas_old. | pandas 0.25: no coerce | to_datetime(errors='coerce')
pandas.set_option | ~.pandas_old. | pandas 1.0 dropped options | pandas.set_option
pandas.tools.plotting | pandas.plotting | pandas 0.25
pandas.tools.merge | pandas | pandas 0.23
pandas.tools.tile | pandas | pandas 0.23
pandas.io.data | - | pandas 0.19 | the package pandas-datareader
pandas.io.wb | - | pandas 0.19 | the package pandas-datareader
pandas.stats.moments | .pandas_old | pandas 0.23 | x.rolling(n)
pandas.core.datetools | pandas.tseries.offsets | pandas 0.25
pandas.tslib.Timestamp | pandas.Timestamp | pandas 0.23
pandas.lib | pandas._libs.lib | pandas 0.23 | pandas.api.types
pandas.util.testing | pandas.testing | pandas 2.0
"""

OTHERS = """
matplotlib.pyplot.hold | .matplotlib_old. | Matplotlib 3.0 | nothing: axes hold always
matplotlib.pyplot.ishold | .matplotlib_old. | Matplotlib 3.0 | nothing: axes hold always
matplotlib.pyplot.hist | ~.matplotlib_old. | Matplotlib 3.1: no normed | hist(density=)
matplotlib.pyplot.subplot | ~.matplotlib_old. | Matplotlib 2.2: no axisbg | subplot(facecolor=)
matplotlib.pyplot.axes | ~.matplotlib_old. | Matplotlib 2.2: no axisbg | axes(facecolor=)
matplotlib.pyplot.gca | ~.matplotlib_old. | Matplotlib 3.6: no projection | subplot(projection=)
matplotlib.pyplot.spectral | matplotlib.pyplot.nipy_spectral | Matplotlib 2.2
matplotlib.pyplot.get_cmap | ~.matplotlib_old. | Matplotlib 2.2 | get_cmap('nipy_spectral')
matplotlib.pyplot.savefig | ~.matplotlib_old. | Matplotlib 3.3 | savefig(facecolor='none')
matplotlib.pyplot.axis | ~.matplotlib_old. | Matplotlib 3.3: no 'normal' | axis('auto')
matplotlib.pylab | pylab | Matplotlib 3.9
matplotlib.cm.spectral | .matplotlib_old. | Matplotlib 2.2 | matplotlib.cm.nipy_spectral
matplotlib.cm.get_cmap | .matplotlib_old. | Matplotlib 3.9 | matplotlib.colormaps[name]
matplotlib.style.use | ~.matplotlib_old.use_style | Matplotlib 3.8 | seaborn-v0_8
matplotlib.use | ~.matplotlib_old. | Matplotlib 3.3: no warn | matplotlib.use(backend)
matplotlib.mlab.normpdf | .matplotlib_old. | Matplotlib 3.1 | scipy.stats.norm.pdf
matplotlib.mlab.griddata | - | Matplotlib 3.1 | scipy.interpolate.griddata
matplotlib.mlab.PCA | - | Matplotlib 3.1 | sklearn.decomposition.PCA
matplotlib.finance | - | Matplotlib 2.2 | the package mplfinance
h5py.File | ~.h5py_old. | h5py 3.0: mode 'r' unless given | h5py.File(name, mode)
h5py.highlevel | h5py | h5py 3.0
h5py.new_vlen | h5py.vlen_dtype | h5py 3.0
h5py.get_vlen | .h5py_old. | h5py 3.0 | h5py.check_vlen_dtype
h5py.new_enum | h5py.enum_dtype | h5py 3.0
h5py.get_enum | h5py.check_enum_dtype | h5py 3.0
PIL.Image.ANTIALIAS | PIL.Image.Resampling.LANCZOS | Pillow 10
PIL.Image.LINEAR | PIL.Image.Resampling.BILINEAR | Pillow 10
PIL.Image.CUBIC | PIL.Image.Resampling.BICUBIC | Pillow 10
PIL.Image.fromstring | PIL.Image.frombytes | Pillow 3
Image | PIL.Image | PIL 1.1.7 itself
ImageDraw | PIL.ImageDraw | PIL 1.1.7 itself
ImageFont | PIL.ImageFont | PIL 1.1.7 itself
ImageFilter | PIL.ImageFilter | PIL 1.1.7 itself
ImageOps | PIL.ImageOps | PIL 1.1.7 itself
ImageEnhance | PIL.ImageEnhance | PIL 1.1.7 itself
yaml.load | ~.others.yaml_load | PyYAML 6: needs a Loader | yaml.safe_load
yaml.load_all | ~.others.yaml_load_all | PyYAML 6: needs a Loader | yaml.safe_load_all
networkx.to_numpy_matrix | networkx.to_numpy_array | NetworkX 3.0
"""

STANDARD_LIBRARY = """
cPickle | pickle | Python 3.0
cPickle.load | ~.pickles. | Python 3.0: other text | pickle.load(f, encoding='latin1')
cPickle.loads | ~.pickles. | Python 3.0: other text | pickle.loads(s, encoding='latin1')
cPickle.dump | ~.pickles. | Python 3.0: bytes | pickle.dump to a file opened 'wb'
pickle.load | ~.pickles. | Python 3.0: other text | pickle.load(f, encoding='latin1')
pickle.loads | ~.pickles. | Python 3.0: other text | pickle.loads(s, encoding='latin1')
pickle.dump | ~.pickles. | Python 3.0: bytes | pickle.dump to a file opened 'wb'
cStringIO | .strings | Python 3.0 | io
cStringIO.StringIO | .strings. | Python 3.0 | io.StringIO or io.BytesIO
StringIO | .strings | Python 3.0 | io
StringIO.StringIO | .strings. | Python 3.0 | io.StringIO or io.BytesIO
Queue | queue | Python 3.0
ConfigParser | configparser | Python 3.0
ConfigParser.SafeConfigParser | configparser.ConfigParser | Python 3.12
configparser.SafeConfigParser | configparser.ConfigParser | Python 3.12
HTMLParser | html.parser | Python 3.0
htmlentitydefs | html.entities | Python 3.0
Cookie | http.cookies | Python 3.0
cookielib | http.cookiejar | Python 3.0
httplib | http.client | Python 3.0
BaseHTTPServer | http.server | Python 3.0
SimpleHTTPServer | http.server | Python 3.0
CGIHTTPServer | http.server | Python 3.0
SocketServer | socketserver | Python 3.0
xmlrpclib | xmlrpc.client | Python 3.0
SimpleXMLRPCServer | xmlrpc.server | Python 3.0
Tkinter | tkinter | Python 3.0
ttk | tkinter.ttk | Python 3.0
tkMessageBox | tkinter.messagebox | Python 3.0
tkFileDialog | tkinter.filedialog | Python 3.0
tkSimpleDialog | tkinter.simpledialog | Python 3.0
tkColorChooser | tkinter.colorchooser | Python 3.0
tkFont | tkinter.font | Python 3.0
ScrolledText | tkinter.scrolledtext | Python 3.0
Tix | tkinter.tix | Python 3.0
thread | _thread | Python 3.0 | threading
dummy_thread | _thread | Python 3.0 | threading
copy_reg | copyreg | Python 3.0
__builtin__ | builtins | Python 3.0
repr | reprlib | Python 3.0
UserDict | .strings | Python 3.0 | collections
UserDict.UserDict | collections.UserDict | Python 3.0
UserDict.IterableUserDict | collections.UserDict | Python 3.0
UserDict.DictMixin | collections.abc.MutableMapping | Python 3.0
UserList | .strings | Python 3.0 | collections
UserList.UserList | collections.UserList | Python 3.0
UserString | .strings | Python 3.0 | collections
UserString.UserString | collections.UserString | Python 3.0
anydbm | dbm | Python 3.0
whichdb | dbm | Python 3.0
dumbdbm | dbm.dumb | Python 3.0
gdbm | dbm.gnu | Python 3.0
urllib2 | urllib.request | Python 3.0
urllib2.URLError | urllib.error.URLError | Python 3.0
urllib2.HTTPError | urllib.error.HTTPError | Python 3.0
urllib2.quote | urllib.parse.quote | Python 3.0
urllib2.unquote | urllib.parse.unquote | Python 3.0
urllib2.urlparse | urllib.parse | Python 3.0
urlparse | urllib.parse | Python 3.0
robotparser | urllib.robotparser | Python 3.0
urllib.urlopen | urllib.request.urlopen | Python 3.0
urllib.urlretrieve | urllib.request.urlretrieve | Python 3.0
urllib.urlcleanup | urllib.request.urlcleanup | Python 3.0
urllib.URLopener | urllib.request.OpenerDirector | Python 3.14
urllib.pathname2url | urllib.request.pathname2url | Python 3.0
urllib.url2pathname | urllib.request.url2pathname | Python 3.0
urllib.getproxies | urllib.request.getproxies | Python 3.0
urllib.quote | urllib.parse.quote | Python 3.0
urllib.quote_plus | urllib.parse.quote_plus | Python 3.0
urllib.unquote | urllib.parse.unquote | Python 3.0
urllib.unquote_plus | urllib.parse.unquote_plus | Python 3.0
urllib.urlencode | urllib.parse.urlencode | Python 3.0
urllib.ContentTooShortError | urllib.error.ContentTooShortError | Python 3.0
commands | subprocess | Python 3.0
commands.getoutput | subprocess.getoutput | Python 3.0
commands.getstatusoutput | subprocess.getstatusoutput | Python 3.0
md5 | .others.md5_module | Python 3.0 | hashlib
md5.new | hashlib.md5 | Python 3.0
md5.md5 | hashlib.md5 | Python 3.0
sha | .others.sha_module | Python 3.0 | hashlib
sha.new | hashlib.sha1 | Python 3.0
sha.sha | hashlib.sha1 | Python 3.0
sets | .strings | Python 3.0 | set
sets.Set | builtins.set | Python 3.0 | set
sets.ImmutableSet | builtins.frozenset | Python 3.0 | frozenset
exceptions | builtins | Python 3.0
itertools.izip | builtins.zip | Python 3.0 | zip
itertools.imap | builtins.map | Python 3.0 | map
itertools.ifilter | builtins.filter | Python 3.0 | filter
itertools.izip_longest | itertools.zip_longest | Python 3.0
itertools.ifilterfalse | itertools.filterfalse | Python 3.0
collections.Mapping | collections.abc.Mapping | Python 3.10
collections.MutableMapping | collections.abc.MutableMapping | Python 3.10
collections.Sequence | collections.abc.Sequence | Python 3.10
collections.MutableSequence | collections.abc.MutableSequence | Python 3.10
collections.Set | collections.abc.Set | Python 3.10
collections.MutableSet | collections.abc.MutableSet | Python 3.10
collections.Iterable | collections.abc.Iterable | Python 3.10
collections.Iterator | collections.abc.Iterator | Python 3.10
collections.Callable | collections.abc.Callable | Python 3.10
collections.Hashable | collections.abc.Hashable | Python 3.10
collections.Sized | collections.abc.Sized | Python 3.10
collections.Container | collections.abc.Container | Python 3.10
re.split | ~.others.re_split | Python 3.7 splits where nothing stands | re.split
time.clock | .others. | Python 3.8 | time.perf_counter
inspect.getargspec | .others. | Python 3.11 | inspect.getfullargspec
inspect.formatargspec | - | Python 3.11 | inspect.signature
fractions.gcd | math.gcd | Python 3.9
string.letters | string.ascii_letters | Python 3.0
string.lowercase | string.ascii_lowercase | Python 3.0
string.uppercase | string.ascii_uppercase | Python 3.0
string.maketrans | .strings. | Python 3.0 | str.maketrans
string.join | .strings. | Python 3.0 | separator.join(words)
string.joinfields | .strings.join | Python 3.0 | separator.join(words)
string.split | .strings. | Python 3.0 | text.split()
string.splitfields | .strings.split | Python 3.0 | text.split()
string.rsplit | builtins.str.rsplit | Python 3.0 | text.rsplit()
string.strip | builtins.str.strip | Python 3.0 | text.strip()
string.lstrip | builtins.str.lstrip | Python 3.0 | text.lstrip()
string.rstrip | builtins.str.rstrip | Python 3.0 | text.rstrip()
string.lower | builtins.str.lower | Python 3.0 | text.lower()
string.upper | builtins.str.upper | Python 3.0 | text.upper()
string.capitalize | builtins.str.capitalize | Python 3.0 | text.capitalize()
string.swapcase | builtins.str.swapcase | Python 3.0 | text.swapcase()
string.replace | builtins.str.replace | Python 3.0 | text.replace(a, b)
string.find | builtins.str.find | Python 3.0 | text.find(a)
string.rfind | builtins.str.rfind | Python 3.0 | text.rfind(a)
string.index | builtins.str.index | Python 3.0 | text.index(a)
string.count | builtins.str.count | Python 3.0 | text.count(a)
string.ljust | builtins.str.ljust | Python 3.0 | text.ljust(n)
string.rjust | builtins.str.rjust | Python 3.0 | text.rjust(n)
string.center | builtins.str.center | Python 3.0 | text.center(n)
string.zfill | .strings. | Python 3.0 | str(x).zfill(n)
string.translate | builtins.str.translate | Python 3.0 | text.translate(table)
string.atoi | builtins.int | Python 3.0 | int
string.atol | builtins.int | Python 3.0 | int
string.atof | builtins.float | Python 3.0 | float
os.getcwdu | os.getcwd | Python 3.0
os.errno | errno | Python 3.7
os.popen2 | - | Python 3.0 | subprocess.Popen
os.popen3 | - | Python 3.0 | subprocess.Popen
sys.maxint | sys.maxsize | Python 3.0
sys.setdefaultencoding | .others. | Python 3.0 | nothing: it is UTF-8
sys.exc_clear | .others. | Python 3.0 | nothing
sys.exc_type | - | Python 3.0 | sys.exc_info()[0]
sys.exc_value | - | Python 3.0 | sys.exc_info()[1]
types.StringType | builtins.str | Python 3.0 | str
types.UnicodeType | builtins.str | Python 3.0 | str
types.StringTypes | .strings. | Python 3.0 | str
types.IntType | builtins.int | Python 3.0 | int
types.LongType | builtins.int | Python 3.0 | int
types.FloatType | builtins.float | Python 3.0 | float
types.ComplexType | builtins.complex | Python 3.0 | complex
types.BooleanType | builtins.bool | Python 3.0 | bool
types.ListType | builtins.list | Python 3.0 | list
types.TupleType | builtins.tuple | Python 3.0 | tuple
types.DictType | builtins.dict | Python 3.0 | dict
types.DictionaryType | builtins.dict | Python 3.0 | dict
types.ObjectType | builtins.object | Python 3.0 | object
types.TypeType | builtins.type | Python 3.0 | type
types.ClassType | builtins.type | Python 3.0 | type
types.InstanceType | builtins.object | Python 3.0 | object
types.FileType | io.IOBase | Python 3.0
types.SliceType | builtins.slice | Python 3.0 | slice
types.XRangeType | builtins.range | Python 3.0 | range
types.UnboundMethodType | types.FunctionType | Python 3.0
base64.encodestring | .strings. | Python 3.9 | base64.encodebytes
base64.decodestring | .strings. | Python 3.9 | base64.decodebytes
cgi.escape | .strings. | Python 3.8 | html.escape
cgi | .strings. | Python 3.13 | html, urllib.parse
HTMLParser.HTMLParseError | builtins.ValueError | Python 3.5
platform.linux_distribution | .others. | Python 3.8 | platform.freedesktop_os_release
platform.dist | .others.linux_distribution | Python 3.8 | platform.freedesktop_os_release
tarfile.open | ~.others.tarfile_open | Python 3.14 filters by default | tarfile.open
gettext.lgettext | gettext.gettext | Python 3.11
threading._sleep | time.sleep | Python 3.0
imp | .others. | Python 3.12 | importlib
distutils | setuptools._distutils | Python 3.12 | setuptools, shutil
distutils.dir_util | .others.distutils_dir_util | Python 3.12 | shutil, os.makedirs
distutils.version | .others.distutils_version | Python 3.12 | packaging.version
asyncore | - | Python 3.12 | asyncio, or the package pyasyncore
asynchat | - | Python 3.12 | asyncio, or the package pyasynchat
pipes.quote | shlex.quote | Python 3.13
pipes | shlex | Python 3.13
new | types | Python 3.0
new.instancemethod | types.MethodType | Python 3.0
future_builtins | builtins | Python 3.0
six | .six_moves | the package six is not installed | Python 3 itself
six.moves | .six_moves. | the package six is not installed | Python 3 itself
six.moves.urllib | urllib | the package six is not installed
six.moves.urllib.request | urllib.request | the package six is not installed
six.moves.urllib.parse | urllib.parse | the package six is not installed
six.moves.urllib.error | urllib.error | the package six is not installed
six.moves.cPickle | pickle | the package six is not installed
six.moves.queue | queue | the package six is not installed
six.moves.configparser | configparser | the package six is not installed
six.moves.builtins | builtins | the package six is not installed
six.moves.http_client | http.client | the package six is not installed
six.moves.tkinter | tkinter | the package six is not installed
"""

# Attributes of objects: library.Class.attribute. Where a module of the script's own names one and
# the program has imported the library, ``redirect.py`` is asked. An object keeps what it has;
# of a name in CHANGED_METHODS it has another meaning, and the table's is given.
METHODS = """
numpy.ndarray.tostring | .numpy_old. | NumPy 2.3 | a.tobytes()
numpy.ndarray.itemset | .numpy_old. | NumPy 2.0 | a[index] = value
numpy.ndarray.ptp | .numpy_old. | NumPy 2.0 | numpy.ptp(a)
numpy.ndarray.newbyteorder | .numpy_old. | NumPy 2.0 | a.view(a.dtype.newbyteorder())
numpy.generic.tostring | .numpy_old. | NumPy 2.3 | x.tobytes()
scipy.sparray.A | .scipy_old.A | SciPy 1.14 | m.toarray()
scipy.spmatrix.A | .scipy_old.A | SciPy 1.14 | m.toarray()
scipy.spmatrix.A1 | .scipy_old.A1 | SciPy 1.14 | m.toarray().ravel()
scipy._spbase.A | .scipy_old.A | SciPy 1.14 | m.toarray()
pandas.NDFrame.ix | .pandas_old. | pandas 1.0 | .loc[...] or .iloc[...]
pandas.NDFrame.as_matrix | .pandas_old. | pandas 1.0 | .values or .to_numpy()
pandas.NDFrame.get_values | .pandas_old.as_matrix | pandas 1.0 | .values or .to_numpy()
pandas.DataFrame.sort | .pandas_old.sort_frame | pandas 0.20 | .sort_values(columns)
pandas.Series.sort | .pandas_old.sort_series | pandas 0.20 | .sort_values(inplace=True)
pandas.Series.order | .pandas_old. | pandas 0.20 | .sort_values()
pandas.NDFrame.append | .pandas_old. | pandas 2.0 | pandas.concat([a, b])
pandas.NDFrame.iteritems | .pandas_old. | pandas 2.0 | .items()
pandas.DataFrame.icol | .pandas_old. | pandas 0.19 | .iloc[:, i]
pandas.DataFrame.irow | .pandas_old. | pandas 0.19 | .iloc[i]
pandas.Series.irow | .pandas_old. | pandas 0.19 | .iloc[i]
pandas.Series.iget | .pandas_old.irow | pandas 0.19 | .iloc[i]
pandas.DataFrame.iget_value | .pandas_old. | pandas 0.19 | .iloc[i, j]
pandas.DataFrame.get_value | .pandas_old. | pandas 1.0 | .at[i, column]
pandas.DataFrame.set_value | .pandas_old. | pandas 1.0 | .at[i, column] = value
pandas.Series.set_value | .pandas_old. | pandas 1.0 | .at[i] = value
pandas.NDFrame.convert_objects | .pandas_old. | pandas 1.0 | .infer_objects() or pandas.to_numeric
pandas.DataFrame.applymap | .pandas_old. | pandas 3.0 | .map(f)
pandas.NDFrame.mad | .pandas_old. | pandas 2.0 | (x - x.mean()).abs().mean()
pandas.DataFrame.lookup | .pandas_old. | pandas 2.0 | .to_numpy()[rows, columns]
pandas.DataFrame.get_dtype_counts | .pandas_old. | pandas 1.0 | .dtypes.value_counts()
pandas.DataFrame.from_csv | .pandas_old. | pandas 1.0 | pandas.read_csv
pandas.Series.nonzero | .pandas_old. | pandas 1.0 | .to_numpy().nonzero()
pandas.Series.reshape | .pandas_old. | pandas 0.25 | .to_numpy().reshape(...)
pandas.Series.ravel | .pandas_old. | pandas 3.0 | .to_numpy()
pandas.NDFrame.tshift | .pandas_old. | pandas 2.0 | .shift(n, freq=...)
pandas.NDFrame.pad | .pandas_old. | pandas 3.0 | .ffill()
h5py.Dataset.value | .h5py_old. | h5py 3.0 | dataset[()]
matplotlib.Axes.set_axis_bgcolor | .matplotlib_old. | Matplotlib 2.2 | axes.set_facecolor
matplotlib.Axes.get_axis_bgcolor | .matplotlib_old. | Matplotlib 2.2 | axes.get_facecolor
matplotlib.Axes.hold | .matplotlib_old.hold_axes | Matplotlib 3.0 | nothing: axes hold always
matplotlib.FigureCanvasAgg.tostring_rgb | .matplotlib_old. | Matplotlib 3.10 | buffer_rgba
sklearn.BaseEstimator.get_feature_names | .sklearn_old. | scikit-learn 1.2 | get_feature_names_out
"""

CHANGED_METHODS = """
pandas.NDFrame.drop | ~.pandas_old. | pandas 2.0: axis by name only | .drop(labels, axis=1)
pandas.NDFrame.fillna | ~.pandas_old. | pandas 3.0: no method | .ffill() or .bfill()
pandas.NDFrame.to_csv | ~.pandas_old. | pandas 2.0: lineterminator | .to_csv(lineterminator=)
pandas.NDFrame.drop_duplicates | ~.pandas_old. | pandas 1.0: keep | keep=
pandas.NDFrame.reset_index | ~.pandas_old. | pandas 2.0: by name only | .reset_index(drop=True)
pandas.DataFrame.mean | ~.pandas_old. | pandas 2.0 takes text, too | .mean(numeric_only=True)
pandas.DataFrame.median | ~.pandas_old. | pandas 2.0 takes text, too | .median(numeric_only=True)
pandas.DataFrame.std | ~.pandas_old. | pandas 2.0 takes text, too | .std(numeric_only=True)
pandas.DataFrame.var | ~.pandas_old. | pandas 2.0 takes text, too | .var(numeric_only=True)
pandas.DataFrame.corr | ~.pandas_old. | pandas 2.0 takes text, too | .corr(numeric_only=True)
pandas.DataFrame.cov | ~.pandas_old. | pandas 2.0 takes text, too | .cov(numeric_only=True)
pandas.DataFrame.quantile | ~.pandas_old. | pandas 2.0 takes text, too | numeric_only=True
pandas.DataFrameGroupBy.mean | ~.pandas_old. | pandas 2.0 takes text, too | .mean(numeric_only=True)
pandas.DataFrameGroupBy.median | ~.pandas_old. | pandas 2.0 takes text, too | numeric_only=True
pandas.DataFrameGroupBy.std | ~.pandas_old. | pandas 2.0 takes text, too | .std(numeric_only=True)
pandas.NDFrame.resample | ~.pandas_old. | pandas 0.19: no how | .resample(rule).mean()
matplotlib.Axes.hist | ~.matplotlib_old.hist_axes | Matplotlib 3.1: no normed | hist(density=)
matplotlib.Figure.add_subplot | ~.matplotlib_old. | Matplotlib 2.2: no axisbg | facecolor=
matplotlib.Figure.gca | ~.matplotlib_old.gca_figure | Matplotlib 3.6 | .add_subplot(projection=)
"""


def _read(text: str) -> dict[str, Row]:
    rows = {}
    for line in text.split("\n"):
        if not line:
            continue
        name, given, since, *today = line.split(" | ")
        assert name not in rows, f"{name} stands twice"
        changed = given.startswith("~")
        given = given.removeprefix("~")
        if given.startswith(".") and given.endswith("."):
            given += name.rpartition(".")[2]  # the adapter has the name of what it stands for
        rows[name] = Row(name, given, since, today[0] if today else given, changed)
    return rows


NAMES = _read("".join([NUMPY, SCIPY, SKLEARN, PANDAS, OTHERS, STANDARD_LIBRARY]))
METHOD_ROWS = {**_read(METHODS), **_read(CHANGED_METHODS)}


def _parents() -> frozenset[str]:
    """Return every module that has a name in the table, and the packages around it."""
    found = set()
    for name in NAMES:
        while "." in name:
            name = name.rpartition(".")[0]
            found.add(name)
    return frozenset(found)


PARENTS = _parents()
ROOTS = frozenset(name.partition(".")[0] for name in NAMES)

# attribute -> its rows
ATTRIBUTES: dict[str, list[Row]] = {}
for _row in METHOD_ROWS.values():
    ATTRIBUTES.setdefault(_row.name.rpartition(".")[2], []).append(_row)

# What ``from numpy import *`` gave then and gives now, but for these: in NumPy 2 they would
# hide the builtins of these names, and others that a script may have imported before.
NOT_IN_STAR = {
    "numpy": frozenset(
        """
        abs acos acosh asin asinh astype atan atan2 atanh bool concat core divmod dtypes exceptions
        f2py flip gcd lcm lib long max min polynomial positive pow quantile round strings test
        testing typing ulong unstack
        """.split()
    )
}


# What works, but may give other numbers than it did, and why.
OTHER_NUMBERS = {
    "sklearn.cross_validation.StratifiedShuffleSplit": "drawn as by scikit-learn 0.18",
    "sklearn.datasets.fetch_mldata": "OpenML has the rows in another order",
    "sklearn.decomposition.RandomizedPCA": "another randomized algorithm",
    "sklearn.mixture.GMM": "another start",
    "sklearn.manifold.TSNE": "another implementation",
    "sklearn.cluster.KMeans": "another implementation",
    "scipy.interpolate.spline": "other conditions at the ends",
}


def explain(row: Row) -> str:
    """Say in a sentence what became of a name, for an error or a report."""
    if row.vanished:
        return f"{row.name} is gone ({row.since}). Instead: {row.today}."
    return f"{what_is_given(row)} ({row.since})"


def what_is_given(row: Row) -> str:
    """Say what a script gets for a name, and what to write today."""
    return f"{row.name}{' as it was' if row.changed else ''}, today {row.today}"
