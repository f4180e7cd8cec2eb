"""Expected values are those of Keras 0.3.3, on NumPy 1.16 and SciPy 1.2."""

import sys
import threading

import numpy as np
import pytest

from legacy_keras.preprocessing import image
from legacy_keras.preprocessing.image import GraphImageDataGenerator, ImageDataGenerator

pytest.importorskip("scipy")
Image = pytest.importorskip("PIL.Image")

UNCHANGED = {"featurewise_center": False, "featurewise_std_normalization": False}


@pytest.fixture
def picture():
    """One channel, 3 by 4."""
    return (np.arange(12.0) ** 2).astype("float32").reshape(1, 3, 4)


@pytest.fixture
def X():
    return np.array([[[[0, 1, 4], [2, 2, 4]]], [[[1, 0, 1], [4, 2, 2]]]], dtype="float32")


def orders(n, nb_batches=6, **options):
    """The targets of the first batches, which are the samples' positions."""
    np.random.seed(0)
    flow = ImageDataGenerator(**UNCHANGED).flow(np.zeros((n, 1, 1, 1)), np.arange(n), **options)
    return [next(flow)[1].tolist() for _ in range(nb_batches)]


@pytest.mark.parametrize(
    ("change", "amounts", "expected", "next_draw"),
    [
        (
            image.random_rotation,
            (30.0,),
            [
                [0.4759552, 2.0783849, 10.672778, 35.54237],
                [0.5014854, 13.851294, 53.78438, 109.995766],
                [25.797634, 61.362476, 89.51541, 109.70504],
            ],
            0.5472322491757223,
        ),
        (
            image.random_shift,
            (0.5, 0.5),
            [[0, 0, 0, 1], [16, 16, 16, 25], [64, 64, 64, 81]],
            0.9726843599648843,
        ),
        (
            image.random_shear,
            (0.5,),
            [
                [0, 1, 4, 9],
                [11.390488, 19.110313, 28.830141, 40.54997],
                [60.067757, 76.55657, 95.045395, 115.53421],
            ],
            0.5472322491757223,
        ),
        (
            image.random_zoom,
            (0.5,),
            [[0, 2, 9], [16, 30, 49], [64, 90, 121]],
            0.9726843599648843,
        ),
    ],
    ids=["rotation", "shift", "shear", "zoom"],
)
def test_random_changes_draw_and_interpolate_as_they_did(
    picture, change, amounts, expected, next_draw
):
    np.random.seed(4)

    changed = change(picture, *amounts)

    np.testing.assert_allclose(changed, [expected], rtol=1e-5, atol=1e-5)
    assert changed.dtype == "float32"
    assert np.random.rand() == pytest.approx(next_draw, abs=1e-12)


def test_a_constant_can_lie_outside(picture):
    np.random.seed(4)

    shifted = image.random_shift(picture, 0.5, 0.0, fill_mode="constant", cval=7.0)

    assert shifted[0, :, 0].tolist() == [7, 7, 7]
    assert shifted[0, :, 2:].tolist() == picture[0, :, :2].tolist()


@pytest.mark.parametrize(
    ("flip", "expected"),
    [
        (image.horizontal_flip, [[9, 4, 1, 0], [49, 36, 25, 16], [121, 100, 81, 64]]),
        (image.vertical_flip, [[64, 81, 100, 121], [16, 25, 36, 49], [0, 1, 4, 9]]),
    ],
)
def test_flips_change_the_array_itself(picture, flip, expected):
    flipped = flip(picture)

    assert flipped is picture
    assert picture[0].tolist() == expected


@pytest.mark.parametrize("unwritten", [image.random_barrel_transform, image.random_channel_shift])
def test_what_keras_never_wrote_gives_none(picture, unwritten):
    assert unwritten(picture, 0.5) is None


def test_array_to_img_stretches_the_array_itself():
    x = np.array([[[-1.0, 0.0], [1.0, 3.0]]])

    img = image.array_to_img(x)

    assert img.mode == "L"
    assert np.asarray(img).tolist() == [[0, 63], [127, 255]]
    assert x.tolist() == [[[0.0, 63.75], [127.5, 255.0]]]


def test_array_to_img_takes_three_channels_for_colours():
    img = image.array_to_img(np.arange(12).reshape(3, 2, 2), scale=False)

    assert img.mode == "RGB"
    assert np.asarray(img).tolist() == [[[0, 4, 8], [1, 5, 9]], [[2, 6, 10], [3, 7, 11]]]


def test_array_to_img_keeps_a_black_picture_black():
    assert np.asarray(image.array_to_img(np.zeros((1, 1, 2)))).tolist() == [[0, 0]]


def test_array_to_img_does_not_scale_integers():
    with pytest.raises(TypeError, match=r"dtype int64 and scale=True; expected floats.*astype"):
        image.array_to_img(np.ones((1, 2, 2), dtype="int64"))


@pytest.mark.parametrize(("grayscale", "shape"), [(True, (1, 2, 3)), (False, (3, 2, 3))])
def test_load_img_and_img_to_array_put_channels_first(tmp_path, grayscale, shape):
    path = tmp_path / "a.png"
    Image.fromarray(np.full((2, 3), 200, dtype="uint8")).save(path)

    x = image.img_to_array(image.load_img(str(path), grayscale=grayscale))

    assert x.shape == shape
    assert x.dtype == "float32"
    assert np.all(x == 200)


def test_list_pictures_goes_by_the_ending(tmp_path):
    for name in ("a.png", "b.jpeg", "c.txt", "d e.png", "f.gif"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()

    found = image.list_pictures(str(tmp_path))

    assert sorted(found) == [str(tmp_path / "a.png"), str(tmp_path / "b.jpeg")]
    assert image.list_pictures(str(tmp_path), ext="gif") == [str(tmp_path / "f.gif")]


@pytest.mark.parametrize(
    ("n", "options", "expected"),
    [
        (5, {"batch_size": 2}, [[0, 1], [2, 3], [4], [0, 1], [2, 3], [4]]),
        (5, {"batch_size": 2, "shuffle": True}, [[2, 0], [1, 3], [4], [0, 2], [1, 4], [3]]),
        (
            5,
            {"batch_size": 2, "shuffle": True, "seed": 7},
            [[0, 3], [2, 1], [4], [2, 3], [0, 4], [1]],
        ),
        (4, {"batch_size": 2, "shuffle": True}, [[2, 3], [1, 0], [2, 3], [1, 0], [2, 3], [1, 0]]),
        (3, {"batch_size": 8, "shuffle": True}, [[2, 1, 0], [2, 0, 1], [0, 2, 1]]),
    ],
    ids=["in order", "shuffled", "seeded", "even batches are shuffled once", "one batch"],
)
def test_flow_visits_samples_in_the_order_of_keras(n, options, expected):
    assert orders(n, len(expected), **options) == expected


def test_each_feature_is_centered_and_scaled_by_default(X):
    generator = ImageDataGenerator()

    generator.fit(X)
    batch, y = next(generator.flow(X, np.array([0, 1])))

    assert generator.mean.tolist() == [[[0.5, 0.5, 2.5], [3.0, 2.0, 3.0]]]
    assert generator.std.tolist() == [[[0.5, 0.5, 1.5], [1.0, 0.0, 1.0]]]
    np.testing.assert_allclose(batch[0], [[[-1, 1, 1], [-1, 0, 1]]], atol=1e-6)
    assert batch.dtype == "float64"
    assert y.tolist() == [0, 1]
    assert X[0, 0, 0].tolist() == [0, 1, 4]  # neither fit nor flow changes the data


def test_samplewise_options_work_on_columns(X):
    generator = ImageDataGenerator(
        **UNCHANGED, samplewise_center=True, samplewise_std_normalization=True
    )

    batch, _ = next(generator.flow(X, np.array([0, 1])))

    np.testing.assert_allclose(batch[0], [[[-1, -1, 0], [1, 1, 0]]], atol=1e-6)


def test_zca_whitening_decorrelates():
    n = np.arange(15)
    X = ((n**3 + n) % 7).reshape(5, 1, 1, 3).astype("float32")
    generator = ImageDataGenerator(featurewise_std_normalization=False, zca_whitening=True)

    generator.fit(X)
    batch, _ = next(generator.flow(X, np.arange(5)))

    components = [
        [0.50160384, 0.06520849, 0.12363923],
        [0.06520849, 0.41739100, 0.06520846],
        [0.12363923, 0.06520846, 0.50160378],
    ]
    np.testing.assert_allclose(generator.principal_components, components, rtol=1e-4)
    np.testing.assert_allclose(batch[0], [[[-1.4319297, -0.5034549, -0.2980358]]], rtol=1e-4)


def test_changes_come_in_the_order_of_keras(X):
    np.random.seed(5)
    generator = ImageDataGenerator(
        **UNCHANGED,
        rotation_range=20,
        width_shift_range=0.4,
        shear_range=0.2,
        horizontal_flip=True,
        vertical_flip=True,
    )

    batch, _ = next(generator.flow(X, np.array([0, 1])))

    expected = [
        [[[0.7379990, 0.2123516, 0.2123516], [2.1700840, 1.9823837, 1.9823837]]],
        [[[3.9461937, 3.9461937, 2.0628426], [0.9953890, 0.9953890, 0.0048232]]],
    ]
    np.testing.assert_allclose(batch, expected, atol=1e-5)
    assert np.random.rand() == pytest.approx(0.08074126876487486, abs=1e-12)


def test_augmented_statistics_are_of_scaled_pictures(X):
    generator = ImageDataGenerator()

    generator.fit(X, augment=True, rounds=2)

    assert generator.mean.tolist() == [[[31.5, 31.5, 159.0], [191.0, 127.0, 191.0]]]
    assert generator.std.tolist() == [[[31.5, 31.5, 96.0], [64.0, 0.0, 64.0]]]


def test_augmented_statistics_see_the_changes(X):
    generator = ImageDataGenerator(horizontal_flip=True)
    np.random.seed(0)

    generator.fit(X, augment=True, rounds=50)

    np.testing.assert_allclose(generator.mean[0, 0, 0], generator.mean[0, 0, 2], rtol=0.2)


def test_saved_batches_are_scaled_as_their_files_are(tmp_path, X):
    generator = ImageDataGenerator(**UNCHANGED)
    flow = generator.flow(
        X, np.array([0, 1]), save_to_dir=str(tmp_path), save_prefix="p", save_format="png"
    )

    batch, _ = next(flow)

    assert batch[0].tolist() == [[[0.0, 63.75, 255.0], [127.5, 127.5, 255.0]]]
    assert np.asarray(Image.open(tmp_path / "p_1.png")).tolist() == [[63, 0, 63], [255, 127, 127]]


def test_the_graph_generator_names_its_arrays(X):
    batch = next(GraphImageDataGenerator(**UNCHANGED).flow(X, np.array([0, 1])))

    assert batch["input"].tolist() == X.tolist()
    assert batch["output"].tolist() == [0, 1]


def test_threads_share_one_generator():
    flow = ImageDataGenerator(**UNCHANGED).flow(np.zeros((40, 1, 2, 2)), np.arange(40), 1)
    seen = []

    def take():
        for _ in range(10):
            seen.append(int(flow.next()[1][0]))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(seen) == list(range(40))


@pytest.mark.parametrize(
    ("use", "error", "message"),
    [
        (
            lambda X: next(ImageDataGenerator().flow(X, [0, 1])),
            TypeError,
            r"featurewise_center=True but no mean; expected a call of fit",
        ),
        (
            lambda X: next(ImageDataGenerator(**UNCHANGED, zca_whitening=True).flow(X, [0, 1])),
            TypeError,
            "zca_whitening=True but no principal_components",
        ),
        (
            lambda X: ImageDataGenerator().fit(X.astype("uint8")),
            TypeError,
            r'dtype uint8; expected floats. Use X.astype\("float32"\)',
        ),
        (
            lambda X: ImageDataGenerator().flow(X, [0]),
            ValueError,
            "2 samples in X and 1 in y; expected equally many",
        ),
    ],
    ids=["no fit", "no whitening", "integers", "lengths"],
)
def test_generators_say_what_is_missing(X, use, error, message):
    with pytest.raises(error, match=message):
        use(X)


def test_integers_are_fine_where_nothing_is_computed():
    ImageDataGenerator(**UNCHANGED).fit(np.zeros((2, 1, 2, 2), dtype="uint8"))


@pytest.mark.parametrize(
    ("missing", "use"),
    [
        ("scipy.ndimage", lambda x: image.random_shear(x, 0.1)),
        ("PIL.Image", lambda x: image.array_to_img(x)),
    ],
)
def test_a_missing_package_is_named_with_the_command_that_installs_it(
    monkeypatch, picture, missing, use
):
    monkeypatch.setitem(sys.modules, missing, None)

    with pytest.raises(ImportError, match=rf'needs {missing}.*pip install "legacy-keras\[image\]"'):
        use(picture)
