"""Expected values are those of Keras 0.3.3."""

import numpy as np

from legacy_keras.utils.test_utils import get_test_data


def test_classes_come_from_numpys_stream_as_in_keras():
    np.random.seed(3)

    (X_train, y_train), (X_test, y_test) = get_test_data(2, 1, (2,), (1,), True, 3)

    expected = [[0.781825553, 3.341529928], [-0.25066652, -0.155483322]]
    np.testing.assert_allclose(X_train, expected, rtol=1e-8)
    np.testing.assert_allclose(X_test, [[0.435492701, 1.310124408]], rtol=1e-8)
    assert (y_train.tolist(), y_test.tolist()) == ([2, 0], [1])
    assert (X_train.dtype, y_train.dtype) == ("float64", "int64")


def test_numbers_come_from_numpys_stream_as_in_keras():
    np.random.seed(3)

    (X_train, y_train), (X_test, y_test) = get_test_data(1, 1, (2,), (1,), False)

    np.testing.assert_allclose(X_train, [[0.61834613, -0.75364699]], rtol=1e-7)
    np.testing.assert_allclose(y_train, [[0.356626161]], rtol=1e-7)
    np.testing.assert_allclose(X_test, [[0.459816537, 0.650228786]], rtol=1e-7)
    np.testing.assert_allclose(y_test, [[0.269247349]], rtol=1e-7)
    np.testing.assert_allclose(np.random.rand(), 0.0298762108786, rtol=1e-9)


def test_shapes_of_several_axes_are_kept():
    (X_train, y_train), (X_test, y_test) = get_test_data(4, 3, (2, 5), (3, 2), False)

    assert (X_train.shape, y_train.shape) == ((4, 2, 5), (4, 3, 2))
    assert (X_test.shape, y_test.shape) == ((3, 2, 5), (3, 3, 2))
