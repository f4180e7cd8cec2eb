"""Pictures of a training: what is in them, read back from matplotlib, and from the file."""

import subprocess
import sys
from collections import OrderedDict

import numpy as np
import pytest

from legacy_keras.callbacks import History
from legacy_keras.layers.core import Dense
from legacy_keras.models import Sequential
from legacy_keras.utils.history import plot

FIRST = {"loss": [0.9, 0.5, 0.4], "acc": [0.5, 0.7, 0.8], "val_loss": [1.0, 0.7, 0.6]}
SECOND = {"loss": [0.8, 0.2], "val_acc": [0.6, 0.9]}


@pytest.fixture(autouse=True)
def closed_figures(monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "agg")
    plt = pytest.importorskip("matplotlib.pyplot")
    yield
    plt.close("all")


def trained(**options):
    X, y = np.random.rand(8, 3), np.eye(2)[np.arange(8) % 2]
    model = Sequential([Dense(2, input_dim=3, activation="softmax")])
    model.compile("sgd", "mse")
    return model.fit(X, y, nb_epoch=3, verbose=0, show_accuracy=True, **options)


def lines(ax):
    """Return what is drawn by its name in the legend."""
    return {line.get_label(): list(map(float, line.get_ydata())) for line in ax.lines}


def test_a_history_is_drawn_with_an_axis_for_each_quantity():
    history = trained(validation_split=0.5)

    _, (loss, acc) = plot(history)

    assert (loss.get_ylabel(), acc.get_ylabel(), loss.get_xlabel()) == ("loss", "acc", "epoch")
    for ax, name in ((loss, "loss"), (acc, "acc")):
        assert lines(ax) == {
            "training": [float(v) for v in history.history[name]],
            "validation": [float(v) for v in history.history[f"val_{name}"]],
        }
    assert list(loss.lines[0].get_xdata()) == [1, 2, 3]
    assert [line.get_linestyle() for line in loss.lines] == ["-", "--"]
    assert len({line.get_color() for line in loss.lines}) == 1


def test_a_dict_will_do_and_what_is_missing_is_left_out():
    _, (loss, acc) = plot(FIRST)

    assert lines(loss) == {"training": FIRST["loss"], "validation": FIRST["val_loss"]}
    assert lines(acc) == {"training": FIRST["acc"]}


@pytest.mark.parametrize(
    ("several", "names"),
    [([FIRST, SECOND], "12"), (OrderedDict(a=FIRST, b=SECOND), "ab")],
    ids=["list", "dict"],
)
def test_several_are_drawn_together_each_in_its_colour(several, names):
    first, second = names

    _, (loss, acc) = plot(several)

    assert lines(loss) == {
        f"{first}, training": FIRST["loss"],
        f"{first}, validation": FIRST["val_loss"],
        f"{second}, training": SECOND["loss"],
    }
    assert lines(acc) == {
        f"{first}, training": FIRST["acc"],
        f"{second}, validation": SECOND["val_acc"],
    }
    assert loss.lines[0].get_color() == loss.lines[1].get_color() != loss.lines[2].get_color()


def test_quantities_of_one_s_own_come_last():
    _, axes = plot({"f1": [0.1], "a": [0.2], "val_acc": [0.3], "loss": [0.4]})

    assert [ax.get_ylabel() for ax in axes] == ["loss", "acc", "a", "f1"]


@pytest.mark.parametrize(("ending", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_the_picture_is_saved_in_the_format_of_the_ending(tmp_path, ending, magic):
    path = tmp_path / f"history.{ending}"

    figure, _ = plot(FIRST, path, title="digits")

    assert path.read_bytes().startswith(magic)
    assert figure.get_suptitle() == "digits"


@pytest.mark.parametrize("empty", [History(), {}, {"loss": []}, []])
def test_a_history_without_an_epoch_is_refused(empty):
    with pytest.raises(ValueError, match="without any epoch; call fit first"):
        plot(empty)


@pytest.mark.parametrize("wrong", [3, "loss.csv", [3]])
def test_anything_else_is_refused(wrong):
    with pytest.raises(TypeError, match=r"expected what fit returned \(a History\)"):
        plot(wrong)


def test_plotting_needs_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)

    with pytest.raises(ImportError, match=r'needs matplotlib.*pip install "legacy-keras\[plot\]"'):
        plot(FIRST)


def test_importing_the_module_does_not_import_matplotlib():
    code = "import sys, legacy_keras.utils.history; sys.exit('matplotlib' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
