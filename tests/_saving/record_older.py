"""Records files of an older or newer Keras: run by Python 2.7 with that Keras on the path.

    KERAS_BACKEND=theano THEANO_FLAGS=floatX=float32 python record_older.py FOLDER VERSION

writes, for each model, FOLDER/VERSION_NAME.h5 (weights), .json and .yaml (before Keras 1) and
.npz (inputs ``x0, x1, ...`` and the prediction ``y``). Early releases do not know their version,
so it is the second argument.
"""

import os
import sys

import numpy as np

folder, version = sys.argv[1], sys.argv[2]
V = tuple(int(part) for part in version.split("."))

from keras.layers.convolutional import Convolution1D, Convolution2D, MaxPooling2D  # noqa: E402
from keras.layers.core import Activation, Dense, Dropout, Flatten, Merge  # noqa: E402
from keras.layers.embeddings import Embedding  # noqa: E402
from keras.layers.normalization import BatchNormalization  # noqa: E402
from keras.layers.recurrent import GRU, LSTM  # noqa: E402
from keras.models import Sequential  # noqa: E402


def dense(n_in, n_out, first=False, **kwargs):
    if V < (0, 2):
        return Dense(n_in, n_out, **kwargs)
    if first:
        kwargs["input_dim"] = n_in
    return Dense(n_out, **kwargs)


def mlp():
    model = Sequential()
    model.add(dense(4, 5, first=True, activation="tanh"))
    model.add(Dropout(0.25))
    model.add(dense(5, 3))
    model.add(Activation("softmax"))
    return model, [(6, 4)]


def batchnorm():
    model = Sequential()
    model.add(dense(4, 5, first=True))
    model.add(BatchNormalization((5,)) if V < (0, 2) else BatchNormalization())
    model.add(dense(5, 2))
    return model, [(16, 4)]


def cnn():
    model = Sequential()
    if V < (0, 2):
        model.add(Convolution2D(3, 2, 3, 3, activation="relu"))
        model.add(MaxPooling2D(poolsize=(2, 2)))
    else:
        images = {"dim_ordering": "th"} if V >= (1,) else {}
        model.add(Convolution2D(3, 3, 3, activation="relu", input_shape=(2, 6, 6), **images))
        model.add(MaxPooling2D((2, 2), **images))
    model.add(Flatten())
    model.add(dense(12, 2))
    return model, [(5, 2, 6, 6)]


def conv1d():
    model = Sequential()
    if V < (0, 2):
        model.add(Convolution1D(4, 3, 2, activation="tanh"))
    else:
        model.add(Convolution1D(3, 2, activation="tanh", input_shape=(6, 4)))
    model.add(Flatten())
    model.add(dense(15, 2))
    return model, [(5, 6, 4)]


def lstm():
    model = Sequential()
    model.add(LSTM(3, 4) if V < (0, 2) else LSTM(4, input_shape=(5, 3)))
    model.add(dense(4, 2))
    return model, [(6, 5, 3)]


def gru():
    model = Sequential()
    model.add(Embedding(9, 3) if V < (0, 2) else Embedding(9, 3, input_length=5))
    model.add(GRU(3, 4) if V < (0, 2) else GRU(4))
    model.add(dense(4, 2))
    return model, ["indices"]


def merge():
    left, right = Sequential(), Sequential()
    left.add(dense(4, 3, first=True))
    right.add(dense(2, 3, first=True, activation="tanh"))
    model = Sequential()
    model.add(Merge([left, right], mode="sum"))
    model.add(dense(3, 2))
    return model, [(6, 4), (6, 2)]


def graph():
    from keras.models import Graph

    model = Graph()
    if V < (0, 2):
        model.add_input(name="a", ndim=2)
        model.add_input(name="b", ndim=2)
    else:
        model.add_input(name="a", input_shape=(4,))
        model.add_input(name="b", input_shape=(2,))
    model.add_node(dense(4, 3, activation="tanh"), name="left", input="a")
    model.add_node(dense(2, 3), name="right", input="b")
    model.add_node(dense(3, 2), name="top", inputs=["left", "right"], merge_mode="sum")
    model.add_output(name="out", input="top")
    return model, {"a": (6, 4), "b": (6, 2)}


def example(shape, rng):
    if shape == "indices":
        return rng.randint(0, 9, (6, 5))
    return rng.normal(size=shape).astype("float32")


def write_config(model, path):
    for kind in ("json", "yaml"):
        with open(path + "." + kind, "w") as file:
            file.write(getattr(model, "to_" + kind)())


def record(make):
    np.random.seed(3)
    rng = np.random.RandomState(5)
    model, shapes = make()
    path = os.path.join(folder, version + "_" + make.__name__)
    if V < (0, 2):  # whose SGD has no configuration
        write_config(model, path)
    is_graph = isinstance(shapes, dict)
    if is_graph:
        data = dict((name, example(shape, rng)) for name, shape in sorted(shapes.items()))
        inputs = [data[name] for name in sorted(data)]
        data["out"] = rng.normal(size=(6, 2)).astype("float32")
        if V < (1,):
            model.compile(loss={"out": "mse"}, optimizer="sgd")
        else:
            model.compile("sgd", {"out": "mse"})
        model.fit(data, nb_epoch=2, batch_size=8, verbose=0)
        y = model.predict(data)["out"]
    else:
        inputs = [example(shape, rng) for shape in shapes]
        x = inputs if len(inputs) > 1 else inputs[0]
        model.compile(loss="mse", optimizer="sgd")
        outputs = 3 if make is mlp else 2
        target = rng.normal(size=(len(inputs[0]), outputs)).astype("float32")
        model.fit(x, target, nb_epoch=3, batch_size=8, verbose=0)
        y = model.predict(x)
    if os.path.exists(path + ".h5"):
        os.remove(path + ".h5")
    model.save_weights(path + ".h5")
    np.savez(path + ".npz", y=y, **{"x" + str(i): x for i, x in enumerate(inputs)})
    if (0, 2) <= V < (1,):
        write_config(model, path)
    if V >= (1, 0, 3) and hasattr(model, "save") and make is mlp:
        if os.path.exists(path + "_whole.h5"):
            os.remove(path + "_whole.h5")
        model.save(path + "_whole.h5")


for make in (mlp, batchnorm, cnn, conv1d, lstm, gru, merge, graph):
    try:
        record(make)
    except Exception as error:
        print(version, make.__name__, type(error).__name__, str(error)[:300])


def record_lambda():
    """Write what 0.3.0 to 0.3.2 kept of a Lambda, nothing, and of a LambdaMerge, its code."""
    from keras.layers.core import Lambda, LambdaMerge

    model = Sequential()
    model.add(Lambda(lambda x: x * 2, input_shape=(3,)))
    branches = [Sequential([dense(3, 2, first=True)]) for _ in range(2)]
    merged = Sequential([LambdaMerge(branches, lambda xs: xs[0] - xs[1])])
    for name, made in (("lambda", model), ("lambdamerge", merged)):
        with open(os.path.join(folder, version + "_" + name + ".yaml"), "w") as file:
            file.write(made.to_yaml())


if (0, 3) <= V < (0, 3, 3):
    record_lambda()
