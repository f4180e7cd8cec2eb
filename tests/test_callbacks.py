"""Callbacks. Expected numbers and lines are those of the real 0.3.3."""

import copy
import http.server
import json
import math
import pickle
import socket
import sys
import threading
import time
import urllib.parse
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from legacy_keras import backend as K
from legacy_keras import callbacks, settings
from legacy_keras._training.logs import Logs
from legacy_keras.callbacks import (
    BaseLogger,
    Callback,
    CallbackList,
    EarlyStopping,
    History,
    LearningRateScheduler,
    ModelCheckpoint,
    ProgbarLogger,
    RemoteMonitor,
    TensorBoard,
)
from legacy_keras.layers.core import Dense, Dropout
from legacy_keras.models import Graph, Sequential

NAN = float("nan")
METRICS = ["loss", "acc", "val_loss", "val_acc"]


class Model:
    """As much of a model as callbacks touch, keeping what they do to it."""

    def __init__(self):
        self.stop_training = False
        self.saved = []

    def save_weights(self, filepath, overwrite=False):
        self.saved.append((filepath, overwrite))


def attach(callback, **params):
    callback._set_model(Model())
    callback._set_params({"metrics": METRICS, **params})
    return callback


def run_epoch(callback_list, batches, epoch=0, end=()):
    """Fire the hooks of one epoch as the training loop does; return the logs of its end."""
    callback_list.on_epoch_begin(epoch)
    for i, (size, values) in enumerate(batches):
        logs = Logs(batch=i, size=size)
        callback_list.on_batch_begin(i, logs)
        logs.update(values)
        callback_list.on_batch_end(i, logs)
    epoch_logs = Logs(end)
    callback_list.on_epoch_end(epoch, epoch_logs)
    return epoch_logs


class TestCallbackList:
    def test_hooks_fire_in_order_with_their_arguments(self):
        events = []

        class Recorder(Callback):  # neither calls super().__init__ nor gives defaults
            def __init__(self, name):
                self.name = name

            def on_train_begin(self, logs):
                events.append((self.name, "train_begin", dict(logs)))

            def on_epoch_begin(self, epoch, logs):
                events.append((self.name, "epoch_begin", epoch))

            def on_batch_end(self, batch, logs):
                events.append((self.name, "batch_end", batch, logs["loss"]))

            def on_train_end(self, logs):
                events.append((self.name, "train_end", dict(logs)))

        several = CallbackList([Recorder("a"), Recorder("b")])
        several.on_train_begin()
        run_epoch(several, [(8, {"loss": 0.5})])
        several.on_train_end()

        assert events == [
            (name, *event)
            for event in [
                ("train_begin", {}),
                ("epoch_begin", 0),
                ("batch_end", 0, 0.5),
                ("train_end", {}),
            ]
            for name in "ab"
        ]

    def test_a_given_list_is_copied(self):
        given = [History()]

        several = CallbackList(given)
        several.append(History())

        assert len(given) == 1
        assert len(several.callbacks) == 2

    def test_a_hook_put_on_an_instance_is_called(self):
        seen = []
        callback = Callback()
        callback.on_batch_begin = lambda batch, logs: seen.append(batch)

        run_epoch(CallbackList([callback]), [(8, {}), (8, {})])

        assert seen == [0, 1]

    def test_an_object_that_is_no_callback_may_have_the_hooks(self):
        seen = []
        names = ["on_epoch_begin", "on_batch_begin", "on_batch_end", "on_epoch_end"]
        hooks = {name: lambda *call, name=name: seen.append(name) for name in names}

        run_epoch(CallbackList([SimpleNamespace(**hooks)]), [(8, {})])

        assert seen == names

    @pytest.mark.parametrize("hook", ["on_batch_begin", "on_batch_end"])
    def test_a_hook_slower_than_the_batch_is_warned_about(self, hook):
        slow = Callback()
        setattr(slow, hook, lambda batch, logs: time.sleep(0.11))

        with pytest.warns(UserWarning, match=rf"Method {hook}\(\) is slow compared to the "):
            run_epoch(CallbackList([slow]), [(8, {}), (8, {})])

    def test_one_slow_call_among_quick_ones_is_no_matter(self):
        several = CallbackList([Callback()])
        several.on_epoch_begin(0)
        several._batch_end.seconds.extend([0.01, 0.01, 5.0])

        several._batch_end.warn_if_slow(0.001)

    def test_an_error_in_a_hook_propagates(self):
        callback = Callback()
        callback.on_batch_end = lambda batch, logs: 1 / 0

        with pytest.raises(ZeroDivisionError):
            run_epoch(CallbackList([callback]), [(8, {})])


class TestBaseLogger:
    BATCHES = (
        (8, {"loss": 0.7, "acc": 0.5}),
        (8, {"loss": -0.5, "acc": 0.625}),
        (4, {"loss": 0.00002, "acc": 0.0}),
    )

    @pytest.mark.parametrize(
        "value",
        [lambda x: float(np.float32(x)), np.float32, torch.tensor],
        ids=["float", "numpy", "tensor"],
    )
    def test_means_are_weighted_by_batch_size_in_float64(self, value):
        logger = attach(BaseLogger())
        batches = [(n, {k: value(v) for k, v in logs.items()}) for n, logs in self.BATCHES]

        logs = run_epoch(CallbackList([logger]), batches, end={"val_loss": 1.0})

        assert logs == {"val_loss": 1.0, "loss": 0.08000399523152738, "acc": 0.45}

    def test_only_the_metrics_reach_the_logs_of_the_epoch(self):
        logger = attach(BaseLogger(), metrics=["loss"])

        assert run_epoch(CallbackList([logger]), self.BATCHES).keys() == {"loss"}

    @pytest.mark.filterwarnings("ignore:Method on_batch_end")  # meta's first use is slow
    def test_no_batch_waits_for_the_device(self):
        logger = attach(BaseLogger(), verbose=2, nb_epoch=1, nb_sample=100)
        printer = attach(ProgbarLogger(), verbose=2, nb_epoch=1, nb_sample=100)
        several = CallbackList([logger, History(), printer])
        several.on_train_begin()
        several.on_epoch_begin(0)

        logs = Logs(batch=0, size=8, loss=torch.ones((), device="meta"))  # can't be read
        several.on_batch_begin(0, logs)
        several.on_batch_end(0, logs)

        assert logs.raw("loss").is_meta

    @pytest.mark.cuda
    @pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an NVIDIA GPU")
    def test_sums_run_on_the_gpu_without_waiting(self):
        several = CallbackList([attach(BaseLogger())])
        several.on_epoch_begin(0)
        torch.cuda.set_sync_debug_mode("error")
        try:
            for i in range(3):
                several.on_batch_end(i, Logs(size=8, loss=torch.full((), 0.1, device="cuda")))
        finally:
            torch.cuda.set_sync_debug_mode("default")
        logs = Logs()
        several.on_epoch_end(0, logs)

        assert logs == {"loss": pytest.approx(np.float32(0.1))}

    def test_a_loss_of_nan_is_warned_about_once(self):
        several = CallbackList([attach(BaseLogger())])

        with pytest.warns(RuntimeWarning, match=r"The loss is nan in epoch 3.*lower the learn"):
            run_epoch(several, [(8, {"loss": NAN})], epoch=3)
        run_epoch(several, [(8, {"loss": NAN})], epoch=4)


class TestHistory:
    def test_it_keeps_floats_for_each_epoch(self):
        history = History()
        several = CallbackList([attach(BaseLogger()), history])
        several.on_train_begin()
        for epoch in range(2):
            run_epoch(several, [(8, {"loss": torch.tensor(0.5)})], epoch, {"val_loss": 2.0})

        assert history.epoch == [0, 1]
        assert history.history == {"loss": [0.5, 0.5], "val_loss": [2.0, 2.0]}
        assert all(type(v) is float for v in history.history["loss"])

    def test_training_again_begins_anew(self):
        history = History()
        for _ in range(2):
            history.on_train_begin()
            history.on_epoch_end(0, {"loss": 1.0})

        assert history.history == {"loss": [1.0]}

    def test_it_can_be_pickled(self):
        history = History()
        history.on_train_begin()
        history.on_epoch_end(0, {"loss": 1.0})

        assert pickle.loads(pickle.dumps(history)).history == {"loss": [1.0]}


FALLS, RISES, FLAT = [3.0, 2.0, 1.0, 0.5], [1.0, 2.0, 3.0, 4.0, 5.0], [1.0] * 5
ONE_BAD = [3.0, 4.0, 2.0, 3.0, 1.0, 2.0, 2.0, 2.0, 2.0]
SOME_NAN = [1.0, NAN, 0.5, NAN, NAN, NAN]


class TestEarlyStopping:
    @pytest.mark.parametrize(
        ("values", "monitor", "mode", "stops"),  # stops at, for patience 0, 1 and 2
        [
            (FALLS, "val_loss", "auto", (None, None, None)),
            (FALLS, "val_acc", "auto", (1, 2, 3)),
            (FALLS, "val_loss", "max", (1, 2, 3)),
            (FALLS, "val_acc", "min", (None, None, None)),
            (RISES, "val_loss", "auto", (1, 2, 3)),
            (RISES, "val_acc", "auto", (None, None, None)),
            (RISES, "val_loss", "max", (None, None, None)),
            (FLAT, "val_loss", "auto", (1, 2, 3)),
            (FLAT, "val_acc", "auto", (1, 2, 3)),
            (ONE_BAD, "val_loss", "auto", (1, 6, 7)),
            (ONE_BAD, "val_acc", "auto", (2, 3, 4)),
            (SOME_NAN, "val_loss", "auto", (1, 4, 5)),
            (SOME_NAN, "val_acc", "auto", (1, 2, 3)),
            ([NAN] * 4, "val_loss", "auto", (0, 1, 2)),
            ([NAN] * 4, "val_acc", "auto", (0, 1, 2)),
        ],
    )
    @pytest.mark.parametrize("patience", [0, 1, 2])
    def test_it_stops_when_0_3_3_stopped(self, capsys, values, monitor, mode, stops, patience):
        stopper = attach(EarlyStopping(monitor, patience, verbose=1, mode=mode))

        for epoch, value in enumerate(values):
            stopper.on_epoch_end(epoch, {monitor: value})
            if stopper.model.stop_training:
                break

        stopped = epoch if stopper.model.stop_training else None
        assert stopped == stops[patience]
        line = "" if stopped is None else f"Epoch {stopped:05d}: early stopping\n"
        assert capsys.readouterr().out == line

    def test_the_count_lives_on_into_the_next_fit(self):
        stopper = attach(EarlyStopping(patience=1))
        for value in (1.0, 2.0):
            stopper.on_epoch_end(0, {"val_loss": value})
        assert (stopper.wait, stopper.model.stop_training) == (1, False)

        stopper.on_train_begin()
        stopper.on_epoch_end(0, {"val_loss": 3.0})

        assert (stopper.wait, stopper.model.stop_training) == (2, True)

    @pytest.mark.parametrize("monitor", ["val_loss", "val_acc"])
    def test_a_missing_value_is_warned_about_and_stops_nothing(self, monitor):
        stopper = attach(EarlyStopping(monitor))

        with pytest.warns(RuntimeWarning) as caught:
            for epoch in range(5):
                stopper.on_epoch_end(epoch, {"loss": 1.0, "acc": 0.5})

        assert not stopper.model.stop_training
        assert [str(w.message) for w in caught[:2]] == [
            f"Early stopping requires {monitor} available!",
            "Monitor one of: acc, loss. val_loss needs validation data, "
            "acc needs show_accuracy=True.",
        ]

    def test_an_unknown_mode_is_refused_as_what_0_3_3_raised(self):
        with pytest.raises(ValueError, match=r"mode='nope'; expected 'auto', 'min' or 'max'"):
            EarlyStopping(mode="nope")
        with pytest.raises(AttributeError):
            EarlyStopping(mode="nope")


CHECKPOINTS = {
    "each": (
        {"filepath": "w.{epoch:02d}-{val_loss:.2f}.h5"},
        "Epoch 00000: saving model to w.00-2.00.h5\n"
        "Epoch 00001: saving model to w.01-1.50.h5\n"
        "Epoch 00002: saving model to w.02-nan.h5\n"
        "Epoch 00003: saving model to w.03-1.50.h5\n"
        "Epoch 00004: saving model to w.04-1.00.h5\n",
        ["w.00-2.00.h5", "w.01-1.50.h5", "w.02-nan.h5", "w.03-1.50.h5", "w.04-1.00.h5"],
    ),
    "best": (
        {"filepath": "b.h5", "save_best_only": True},
        "Epoch 00000: val_loss improved from inf to 2.00000, saving model to b.h5\n"
        "Epoch 00001: val_loss improved from 2.00000 to 1.50000, saving model to b.h5\n"
        "Epoch 00002: val_loss did not improve\n"
        "Epoch 00003: val_loss did not improve\n"
        "Epoch 00004: val_loss improved from 1.50000 to 1.00000, saving model to b.h5\n",
        ["b.h5", "b.h5", "b.h5"],
    ),
    "best accuracy": (
        {"filepath": "{val_acc}.h5", "monitor": "val_acc", "save_best_only": True},
        "Epoch 00000: val_acc improved from -inf to 0.50000, saving model to 0.5.h5\n"
        "Epoch 00001: val_acc improved from 0.50000 to 0.62500, saving model to 0.625.h5\n"
        "Epoch 00002: val_acc did not improve\n"
        "Epoch 00003: val_acc did not improve\n"
        "Epoch 00004: val_acc improved from 0.62500 to 0.75000, saving model to 0.75.h5\n",
        ["0.5.h5", "0.625.h5", "0.75.h5"],
    ),
    "greatest": (
        {"filepath": "b{loss:g}.h5", "save_best_only": True, "mode": "max"},
        "Epoch 00000: val_loss improved from -inf to 2.00000, saving model to b2.h5\n"
        "Epoch 00001: val_loss did not improve\n"
        "Epoch 00002: val_loss did not improve\n"
        "Epoch 00003: val_loss did not improve\n"
        "Epoch 00004: val_loss did not improve\n",
        ["b2.h5"],
    ),
}


class TestModelCheckpoint:
    @pytest.mark.parametrize("verbose", [0, 1])
    @pytest.mark.parametrize(("arguments", "text", "saved"), CHECKPOINTS.values(), ids=CHECKPOINTS)
    def test_it_saves_and_prints_as_0_3_3(self, capsys, arguments, text, saved, verbose):
        checkpoint = attach(ModelCheckpoint(verbose=verbose, **arguments))

        for epoch, x in enumerate([2.0, 1.5, NAN, 1.5, 1.0]):
            checkpoint.on_epoch_end(epoch, Logs(loss=x, val_loss=x, val_acc=1 - x / 4))

        assert capsys.readouterr().out == (text if verbose else "")
        assert checkpoint.model.saved == [(filepath, True) for filepath in saved]

    @pytest.mark.parametrize(
        "filepath",
        [
            "{val_loss.__class__}",
            "{val_loss.real:.2f}",
            "{val_loss[0]}",
            "{epoch:{epoch.__class__}}",
            "{}",
            "{0}",
        ],
    )
    def test_a_field_that_is_no_plain_name_is_refused(self, filepath):
        checkpoint = attach(ModelCheckpoint(filepath))

        with pytest.raises(ValueError, match=r"filepath with the field \{.*epoch, val_loss"):
            checkpoint.on_epoch_end(0, {"val_loss": 1.0})

        assert checkpoint.model.saved == []

    @pytest.mark.parametrize("kind", [ValueError, KeyError])
    def test_a_field_that_the_logs_lack_is_named_with_those_they_have(self, kind):
        checkpoint = attach(ModelCheckpoint("w.{val_acc}.h5"))

        with pytest.raises(kind, match=r"field \{val_acc\}, and the logs have: epoch, loss\."):
            checkpoint.on_epoch_end(0, {"loss": 1.0})

    def test_a_missing_value_is_warned_about_and_nothing_saved(self):
        checkpoint = attach(ModelCheckpoint("w.h5", save_best_only=True))

        with pytest.warns(RuntimeWarning) as caught:
            checkpoint.on_epoch_end(0, {"loss": 1.0})

        assert checkpoint.model.saved == []
        assert [str(w.message) for w in caught] == [
            "Can save best model only with val_loss available, skipping.",
            "Monitor one of: loss. val_loss needs validation data, acc needs show_accuracy=True.",
        ]

    def test_an_unknown_mode_falls_back_to_auto(self):
        with pytest.warns(RuntimeWarning, match=r"mode nope is unknown, fallback to auto mode"):
            checkpoint = ModelCheckpoint("w.h5", monitor="val_acc", mode="nope")

        assert checkpoint.best == -math.inf


class TestLearningRateScheduler:
    def scheduler(self, schedule, **optimizer):
        callback = attach(LearningRateScheduler(schedule))
        callback.model.optimizer = SimpleNamespace(**optimizer)
        return callback

    def test_it_sets_the_learning_rate_of_each_epoch(self):
        callback = self.scheduler(lambda epoch: 0.5 / (epoch + 1), lr=K.variable(0.1))

        callback.on_epoch_begin(3)

        assert K.get_value(callback.model.optimizer.lr) == 0.125

    @pytest.mark.parametrize(
        "lr",
        [1, True, None, "0.1", np.float64(0.1), np.float32(0.1), np.array(0.1)],
        ids=["int", "bool", "None", "string", "float64", "float32", "array"],
    )
    @pytest.mark.parametrize("kind", [ValueError, AssertionError])
    def test_anything_but_a_float_is_refused_as_in_0_3_3(self, lr, kind):
        callback = self.scheduler(lambda epoch: lr, lr=K.variable(0.1))

        with pytest.raises(kind, match=r'"schedule" function should be float\. Epoch 0 gave '):
            callback.on_epoch_begin(0)

    def test_an_optimizer_without_a_learning_rate_is_refused(self):
        callback = self.scheduler(lambda epoch: 0.1)

        with pytest.raises(AssertionError, match='Optimizer must have a "lr" attribute; Simple'):
            callback.on_epoch_begin(0)


@pytest.fixture
def server(monkeypatch):
    """A real HTTP server on 127.0.0.1 that keeps the requests it gets."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    requests = []

    class Handler(http.server.BaseHTTPRequestHandler):
        status = 200

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            requests.append((self.path, urllib.parse.parse_qs(body)))
            self.send_response(self.status)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def do_GET(self):
            requests.append((self.path, None))

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        root = f"http://127.0.0.1:{httpd.server_port}"
        yield SimpleNamespace(root=root, requests=requests, handler=Handler)
        httpd.shutdown()
        thread.join()


class TestRemoteMonitor:
    def test_it_posts_the_logs_of_the_epoch_as_a_form(self, server, capsys):
        monitor = RemoteMonitor(server.root)

        monitor.on_epoch_end(2, Logs(loss=torch.tensor(0.5), val_loss=np.float32(0.25)))

        [(path, form)] = server.requests
        assert path == "/publish/epoch/end/"
        assert form.keys() == {"data"}
        assert json.loads(form["data"][0]) == {"epoch": 2, "loss": 0.5, "val_loss": 0.25}
        assert capsys.readouterr().out == ""

    @pytest.mark.parametrize("status", [302, 307, 404, 500])
    def test_the_answer_does_not_matter_and_no_redirect_is_followed(self, server, capsys, status):
        server.handler.status = status

        RemoteMonitor(server.root).on_epoch_end(0, {"loss": 0.5})

        assert [path for path, _ in server.requests] == ["/publish/epoch/end/"]
        assert capsys.readouterr().out == ""

    @pytest.mark.parametrize(
        "root", ["http://127.0.0.1:{port}", "no address", "http://"], ids=["refused", "?", "empty"]
    )
    def test_a_server_out_of_reach_is_one_line(self, monkeypatch, capsys, root):
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))  # bound, and not listening
            root = root.format(port=unused.getsockname()[1])
            RemoteMonitor(root).on_epoch_end(0, {"loss": 0.5})

        line = f"Warning: could not reach RemoteMonitor root server at {root}\n"
        assert capsys.readouterr().out == line

    def test_a_server_that_answers_nonsense_is_one_line(self, monkeypatch, capsys):
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        with socket.create_server(("127.0.0.1", 0)) as listening:

            def answer():
                connection, _ = listening.accept()
                with connection:
                    connection.recv(1 << 16)
                    connection.sendall(b"nonsense\r\n\r\n")

            thread = threading.Thread(target=answer)
            thread.start()
            RemoteMonitor(f"http://127.0.0.1:{listening.getsockname()[1]}").on_epoch_end(0, {})
            thread.join()

        assert "could not reach RemoteMonitor" in capsys.readouterr().out

    def test_a_server_that_never_answers_is_left_after_the_timeout(self, monkeypatch, capsys):
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setattr(callbacks, "REMOTE_TIMEOUT_SECONDS", 0.1)
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            root = f"http://127.0.0.1:{deaf.getsockname()[1]}"
            RemoteMonitor(root).on_epoch_end(0, {"loss": 0.5})

        assert "could not reach RemoteMonitor" in capsys.readouterr().out


def small_model(seed=1337):
    """A compiled Sequential, and data for it."""
    np.random.seed(seed)
    X, y = np.random.rand(20, 4), np.random.rand(20, 3)
    model = Sequential()
    model.add(Dense(5, input_dim=4))
    model.add(Dropout(0.5, name="../x"))
    model.add(Dense(3))
    model.compile("sgd", "mse")
    return model, X, y


def small_graph(seed=1337):
    """A compiled Graph, and data for it."""
    np.random.seed(seed)
    data = {"in": np.random.rand(20, 4), "out": np.random.rand(20, 3)}
    graph = Graph()
    graph.add_input("in", input_shape=(4,))
    graph.add_node(Dense(3), "hidden", input="in")
    graph.add_output("out", input="hidden")
    graph.compile("sgd", {"out": "mse"})
    return graph, data


def read_events(log_dir):
    """Return {tag: [(step, value or number of values)]} of the event files."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(log_dir), {"histograms": 0}).Reload()
    scalars = {
        tag: [(e.step, e.value) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]
    }
    histograms = {
        tag: [(e.step, e.histogram_value.num) for e in events.Histograms(tag)]
        for tag in events.Tags()["histograms"]
    }
    return scalars, histograms


class TestTensorBoard:
    @pytest.fixture(autouse=True)
    def allowed(self, monkeypatch):
        pytest.importorskip("tensorboard")
        monkeypatch.setattr(settings, "tensorboard_on_theano", True)

    def test_it_is_refused_on_the_backend_of_theano_as_in_0_3_3(self, tmp_path, monkeypatch):
        monkeypatch.setattr(settings, "tensorboard_on_theano", False)

        with pytest.raises(ValueError, match=r"KERAS_BACKEND=tensorflow .*tensorboard_on_theano"):
            TensorBoard(tmp_path)

    def test_it_works_on_the_backend_of_tensorflow(self, tmp_path, monkeypatch):
        monkeypatch.setattr(settings, "tensorboard_on_theano", False)
        monkeypatch.setattr(K, "_BACKEND", "tensorflow")
        model, X, y = small_model()

        model.fit(X, y, nb_epoch=1, verbose=0, callbacks=[TensorBoard(tmp_path)])

        assert read_events(tmp_path)[0].keys() == {"loss"}

    def test_scalars_are_the_history(self, tmp_path):
        model, X, y = small_model()

        history = model.fit(
            X, y, nb_epoch=3, verbose=0, validation_split=0.2, callbacks=[TensorBoard(tmp_path)]
        )

        scalars, histograms = read_events(tmp_path)
        assert scalars == {
            name: [(epoch, np.float32(v)) for epoch, v in enumerate(values)]
            for name, values in history.history.items()
        }
        assert histograms == {}

    @pytest.mark.parametrize("validation_split", [0.0, 0.2])
    def test_histograms_are_of_weights_and_of_outputs_on_validation_data(
        self, tmp_path, validation_split
    ):
        model, X, y = small_model()

        board = TensorBoard(tmp_path, histogram_freq=2)
        model.fit(X, y, nb_epoch=3, verbose=0, validation_split=validation_split, callbacks=[board])

        weights = {"0_dense_W": 20, "0_dense_b": 5, "2_dense_W": 15, "2_dense_b": 3}
        outputs = {"0_dense_out": 20, "1_.._x_out": 20, "2_dense_out": 12}
        expected = weights | (outputs if validation_split else {})
        _, histograms = read_events(tmp_path)
        assert histograms == {tag: [(0, n), (2, n)] for tag, n in expected.items()}

    def test_a_graph_has_histograms_by_the_names_of_its_nodes(self, tmp_path):
        graph, data = small_graph()

        graph.fit(
            data,
            nb_epoch=1,
            verbose=0,
            validation_split=0.2,
            callbacks=[TensorBoard(tmp_path, histogram_freq=1)],
        )

        _, histograms = read_events(tmp_path)
        assert histograms.keys() == {"hidden_W", "hidden_b", "hidden_out"}

    def test_it_changes_nothing_about_training(self, tmp_path):
        histories = []
        for board in ([], [TensorBoard(tmp_path, histogram_freq=1)]):
            model, X, y = small_model()
            fit = model.fit(X, y, nb_epoch=3, verbose=0, validation_split=0.2, callbacks=board)
            histories.append(fit.history)

        assert histories[0] == histories[1]

    @pytest.mark.filterwarnings("ignore:The loss is nan")
    def test_weights_of_nan_end_no_training(self, tmp_path):
        model, X, y = small_model()
        K.set_value(model.layers[0].W, np.full((4, 5), NAN))

        board = TensorBoard(tmp_path, histogram_freq=1)
        model.fit(X, y, nb_epoch=1, verbose=0, validation_split=0.2, callbacks=[board])

        assert read_events(tmp_path)[1] == {}

    def test_a_model_trained_with_it_can_be_copied_and_pickled(self, tmp_path):
        model, X, y = small_model()
        model.fit(X, y, nb_epoch=1, verbose=0, callbacks=[TensorBoard(tmp_path)])

        for other in (copy.deepcopy(model), pickle.loads(pickle.dumps(model))):
            assert np.array_equal(other.predict(X), model.predict(X))

    def test_its_writer_can_be_closed_before_training_ends(self, tmp_path):
        board = attach(TensorBoard(tmp_path))
        board.on_train_begin()

        CallbackList([board])._close()

        assert board.writer is None


def test_tensorboard_missing_is_named_with_its_command(monkeypatch):
    monkeypatch.setattr(settings, "tensorboard_on_theano", True)
    for name in ("tensorboard", "torch.utils.tensorboard"):
        monkeypatch.setitem(sys.modules, name, None)

    with pytest.raises(ImportError, match=r'pip install "legacy-keras\[tensorboard\]"'):
        TensorBoard()


class TestFit:
    def test_the_list_of_callbacks_is_not_changed(self):
        model, X, y = small_model()
        given = [EarlyStopping("loss")]

        model.fit(X, y, nb_epoch=1, verbose=0, callbacks=given)

        assert len(given) == 1

    def test_a_callback_of_2015_sees_floats_and_can_stop(self):
        class LossHistory(Callback):
            def on_train_begin(self, logs={}):
                self.losses = []

            def on_batch_end(self, batch, logs={}):
                self.losses.append(logs.get("loss"))
                self.model.stop_training = True

        model, X, y = small_model()
        seen = LossHistory()

        history = model.fit(X, y, batch_size=8, nb_epoch=9, verbose=0, callbacks=[seen])

        assert history.epoch == [0]
        assert [type(x) for x in seen.losses] == [float] * 3
        assert history.history["loss"] == [pytest.approx(np.dot(seen.losses, [8, 8, 4]) / 20)]

    def test_a_checkpoint_holds_the_weights_of_its_epoch(self, tmp_path):
        model, X, y = small_model()
        pattern = str(tmp_path / "w.{epoch}-{loss:.3f}.h5")

        history = model.fit(X, y, nb_epoch=2, verbose=0, callbacks=[ModelCheckpoint(pattern)])

        names = [pattern.format(epoch=i, loss=x) for i, x in enumerate(history.history["loss"])]
        assert sorted(str(path) for path in tmp_path.iterdir()) == names
        trained = model.get_weights()
        model.load_weights(names[1])
        for before, after in zip(trained, model.get_weights(), strict=True):
            assert np.array_equal(before, after)

    def test_the_learning_rate_is_scheduled(self):
        model, X, y = small_model()
        schedule = LearningRateScheduler(lambda epoch: 0.5 ** (epoch + 1))

        model.fit(X, y, nb_epoch=3, verbose=0, callbacks=[schedule])

        assert K.get_value(model.optimizer.lr) == 0.125


def test_the_machinery_costs_a_batch_little():
    """Some microseconds; the bound is wide, for machines are shared."""
    several = CallbackList([attach(BaseLogger()), History()])
    several.on_train_begin()
    batches = [(8, {"loss": 0.5, "acc": 0.5})] * 2000

    start = time.perf_counter()
    run_epoch(several, batches)

    assert (time.perf_counter() - start) / len(batches) < 50e-6
