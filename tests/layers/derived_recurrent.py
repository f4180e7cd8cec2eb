"""Layers that derive from recurrent ones by step, and what they gave in Keras 0.3.3.

    export KERAS_BACKEND=theano THEANO_FLAGS=floatX=float32,optimizer=fast_compile
    python2.7 derived_recurrent.py derived_recurrent.json

fills the file that the tests compare with. The classes are made over whichever Keras is asked
for, and the code runs on Python 2.7 as well.
"""

# ruff: noqa: RUF005, UP004, UP008, UP031

import importlib
import json
import sys

import numpy as np

SHAPE = (4, 5, 3)  # samples, timesteps, features
UNITS = 2


def classes(package):
    """Return layers of users by name, over the Keras that is imported by that name."""
    K = importlib.import_module(package + ".backend")
    recurrent = importlib.import_module(package + ".layers.recurrent")
    SimpleRNN, GRU, LSTM = recurrent.SimpleRNN, recurrent.GRU, recurrent.LSTM

    class HalvingRNN(SimpleRNN):
        def step(self, x, states):
            h, _ = super(HalvingRNN, self).step(x, states)
            return 0.5 * h, [0.5 * h]

    class CoupledGRU(GRU):
        """Written out, with one gate for two."""

        def step(self, x, states):
            h = states[0]
            n = self.output_dim
            gates = x[:, :n] + x[:, n : 2 * n] + K.dot(h, self.U_z) + K.dot(h, self.U_r)
            z = self.inner_activation(gates)
            hh = self.activation(x[:, 2 * n :] + K.dot(z * h, self.U_h))
            h = z * h + (1 - z) * hh
            return h, [h]

    class PeepholeLSTM(LSTM):
        """Has a weight of its own, which lets the output gate see the cell."""

        def build(self):
            super(PeepholeLSTM, self).build()
            self.P = K.variable(np.linspace(-1, 1, self.output_dim))
            self.trainable_weights = self.trainable_weights + [self.P]

        def step(self, x, states):
            h, (_, c) = super(PeepholeLSTM, self).step(x, states)
            h = h * K.sigmoid(c * self.P)
            return h, [h, c]

    class StartingRNN(SimpleRNN):
        def get_initial_states(self, x):
            return [s + 1 for s in super(StartingRNN, self).get_initial_states(x)]

    class DoublingGRU(GRU):
        def preprocess_input(self, x, train=False):
            return super(DoublingGRU, self).preprocess_input(2 * x, train)

    class LeakyLSTM(LSTM):
        """Hands a constant to its steps."""

        def get_constants(self, x, train=False):
            return [K.mean(K.sum(x, axis=1), axis=1, keepdims=True)]

        def step(self, x, states):
            h, c, leak = states
            return super(LeakyLSTM, self).step(x - leak, [h, c])

    class Mixin(object):
        def step(self, x, states):
            h, states = super(Mixin, self).step(-x, states)
            return h, states

    class MixedGRU(Mixin, GRU):
        pass

    class Outer(recurrent.Recurrent):
        """Steps a layer that it has inside."""

        inner = None
        kind = None

        def __init__(self, output_dim, **kwargs):
            self.output_dim = output_dim
            super(Outer, self).__init__(**kwargs)

        def build(self):
            self.input_dim = self.input_shape[2]
            self.inner = self.kind(self.output_dim, input_shape=self.input_shape[1:])
            self.trainable_weights = self.inner.trainable_weights
            self.states = self.inner.states

        def get_initial_states(self, x):
            return self.inner.get_initial_states(x)

        def preprocess_input(self, x, train=False):
            return self.inner.preprocess_input(x, train)

        def get_constants(self, x, train=False):
            return self.inner.get_constants(x, train)

        def step(self, x, states):
            h, states = self.inner.step(x, states)
            return h * h, states

    class OuterRNN(Outer):
        kind = SimpleRNN

    class OuterGRU(Outer):
        kind = GRU

    class OuterLSTM(Outer):
        kind = LSTM

    made = (
        HalvingRNN, CoupledGRU, PeepholeLSTM, StartingRNN, DoublingGRU, LeakyLSTM, MixedGRU,
        OuterRNN, OuterGRU, OuterLSTM,
    )  # fmt: skip
    return dict((c.__name__, c) for c in made)


# What a layer is made with, next to its units.
OPTIONS = {
    "plain": {},
    "backwards": {"go_backwards": True, "return_sequences": True},
    "stateful": {"stateful": True},
}


def values(shape, seed):
    """Return numbers that do not depend on the version of NumPy."""
    numbers = np.arange(np.prod(shape)) * 7919 + seed * 104729
    return ((numbers % 1009) / 504.5 - 1).reshape(shape).astype("float32")


def run(package, name, options):
    """Train a model with that layer for three batches; return losses and predictions."""
    core = importlib.import_module(package + ".layers.core")
    models = importlib.import_module(package + ".models")
    model = models.Sequential()
    model.add(core.Masking(batch_input_shape=SHAPE))
    model.add(classes(package)[name](UNITS, **OPTIONS[options]))
    model.set_weights([0.7 * values(w.shape, i) for i, w in enumerate(model.get_weights())])
    model.compile("sgd", "mse")
    x = values(SHAPE, 50)
    x[::2, 3:] = 0
    before = model.predict(x, batch_size=4)
    losses = [float(model.train_on_batch(x, np.ones_like(before))[0]) for _ in range(3)]
    return {"losses": losses, "before": before, "after": model.predict(x, batch_size=4)}


def main(path):
    recorded = {}
    for name in sorted(classes("keras")):
        for options in sorted(OPTIONS):
            if options == "stateful" and name.startswith("Outer"):
                continue  # the inner layer has the states
            result = run("keras", name, options)
            rounded = dict(
                (k, np.round(np.asarray(v, float), 6).tolist()) for k, v in result.items()
            )
            recorded[name + " " + options] = rounded
    lines = ["%s: %s" % (json.dumps(k), json.dumps(recorded[k])) for k in sorted(recorded)]
    with open(path, "w") as file:
        file.write("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
