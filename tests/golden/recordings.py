"""Recordings of Keras 0.3.3 and a player that repeats them on legacy_keras.

README.md describes the format. `comparing.py` tells what differs; the functions that
recordings call by name are in `named_functions.py`.
"""

from __future__ import annotations

import functools
import importlib
import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import named_functions
import numpy as np

HERE = Path(__file__).parent
KINDS = ("layers", "training", "stdout", "io")

# A name without a dot is looked for here, in this order.
CLASS_MODULES = (
    "layers.core",
    "layers.convolutional",
    "layers.recurrent",
    "layers.embeddings",
    "layers.normalization",
    "layers.noise",
    "layers.advanced_activations",
    "layers.wrappers",
    "models",
    "callbacks",
)


@functools.cache
def _npz(path: Path) -> Any:
    return np.load(path, allow_pickle=False)


@dataclass(frozen=True)
class Recording:
    """One case of a manifest."""

    kind: str
    case: dict[str, Any]

    @property
    def id(self) -> str:
        return f"{self.kind}/{self.case['id']}"

    @property
    def folder(self) -> Path:
        return HERE / self.kind

    def array(self, name: str) -> np.ndarray:
        """Return a fresh copy of one of the case's arrays."""
        array: np.ndarray = _npz(self.folder / self.case["arrays"])[f"{self.case['id']}|{name}"]
        return array

    def expected(self, name: str) -> Any:
        """Return what Keras 0.3.3 gave under this name."""
        return self._thaw(self.case["expect"][name])

    def _thaw(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        (tag,) = set(value) & {"array", "scalar", "float", "map", "seq", "textfile"}
        content = value[tag]
        if tag == "array":
            return self.array(content).astype(value["dtype"])
        if tag == "scalar":
            return np.asarray(self._thaw(content), dtype=value["dtype"])
        if tag == "float":
            return float(content)
        if tag == "map":
            return {key: self._thaw(part) for key, part in content.items()}
        if tag == "seq":
            return [self._thaw(part) for part in content]
        return (self.folder / content).read_bytes().decode("utf-8")


def recordings(kind: str) -> list[Recording]:
    """Return all recordings of a kind."""
    manifest = json.loads((HERE / kind / "manifest.json").read_text(encoding="utf-8"))
    return [Recording(kind, case) for case in manifest["cases"]]


@dataclass(frozen=True)
class Result:
    """What a step gave, and how closely it has to agree."""

    value: Any
    check: str = "close"
    loose: tuple[int, ...] = ()


def named_object(path: str) -> Any:
    """Return the class or function of legacy_keras that a recording names."""
    module, _, name = path.rpartition(".")
    for place in [module] if module else CLASS_MODULES:
        found = getattr(importlib.import_module(f"legacy_keras.{place}"), name, None)
        if found is not None:
            return found
    raise LookupError(f"legacy_keras has no {path}")


@dataclass
class Player:
    """Plays one recording.

    Attributes:
        scratch: an empty folder for the files that steps write.
        variables: what steps stored; the default target of a call is ``model``.
        results: what is to be compared, by name.
    """

    recording: Recording
    scratch: Path
    variables: dict[str, Any] = field(default_factory=dict)
    results: dict[str, Result] = field(default_factory=dict)

    def play(self) -> dict[str, Result]:
        """Play the whole case and return its results."""
        self.seed(1, {})
        case = self.recording.case
        for step in case["build"] if "build" in case else case["steps"]:
            self.step(step)
        if "build" in case:
            self.exercise_layers()
        return self.results

    # Steps

    def step(self, step: Mapping[str, Any]) -> None:
        """Play one step; store and record what it returns."""
        (action,) = set(step) & {"seed", "model", "new", "call", "func", "fn", "value", "set"}
        result = getattr(self, action)(step[action], step)
        if "as" in step:
            self.variables[step["as"]] = result
        if "record" in step:
            if hasattr(result, "history") and hasattr(result, "epoch"):
                result = {"history": result.history, "epoch": result.epoch}
            self.record(
                step["record"], result, step.get("check", "close"), tuple(step.get("loose", ()))
            )

    def record(
        self, name: str, value: Any, check: str = "close", loose: tuple[int, ...] = ()
    ) -> None:
        """Keep a result, copied so that later steps cannot change it."""
        self.results[name] = Result(snapshot(value), check, loose)

    def seed(self, seed: int, step: Mapping[str, Any]) -> None:
        np.random.seed(seed)
        random.seed(seed)

    def model(self, kind: str, step: Mapping[str, Any]) -> Any:
        """Make a Sequential of layers, or a Graph by calls."""
        model = self.variables[step.get("as", "model")] = named_object(f"models.{kind}")()
        for layer in step.get("layers", []):
            model.add(self.decode(layer))
        for call in step.get("calls", []):
            self.called(getattr(model, call["call"]), call)
        return model

    def new(self, path: str, step: Mapping[str, Any]) -> Any:
        return self.called(named_object(path), step)

    func = new

    def call(self, method: str, step: Mapping[str, Any]) -> Any:
        return self.called(getattr(self.target(step), method), step)

    def fn(self, name: str, step: Mapping[str, Any]) -> Any:
        return self.called(getattr(named_functions, name), step)

    def value(self, value: Any, step: Mapping[str, Any]) -> Any:
        return self.decode(value)

    def set(self, name: str, step: Mapping[str, Any]) -> None:
        setattr(self.target(step), name, self.decode(step["to"]))

    def target(self, step: Mapping[str, Any]) -> Any:
        return self.variable(step.get("on", "model"), step.get("attr", ""))

    def called(self, function: Any, step: Mapping[str, Any]) -> Any:
        args = [self.decode(value) for value in step.get("args", [])]
        kwargs = {name: self.decode(value) for name, value in step.get("kwargs", {}).items()}
        return function(*args, **kwargs)

    def variable(self, name: str, path: str = "") -> Any:
        """Return a variable, or what a path such as ``layers.0.W`` leads to from it."""
        found = self.variables[name]
        for part in path.split(".") if path else []:
            if isinstance(found, dict):
                found = found[part]
            else:
                found = found[int(part)] if part.isdigit() else getattr(found, part)
        return found

    # Values

    def decode(self, value: Any) -> Any:
        """Return what a value of a recording stands for."""
        if isinstance(value, str) and value.startswith("@"):
            return self.recording.array(value[1:])
        if isinstance(value, list):
            return [self.decode(part) for part in value]
        if not isinstance(value, dict):
            return value
        for tag, decoder in DECODERS.items():
            if tag in value:
                return decoder(self, value)
        return {key: self.decode(part) for key, part in value.items()}

    # Recordings of layers have no steps: what is done with a layer is always the same.

    def exercise_layers(self) -> None:
        """Predict, train a few steps, and record all of it."""
        case = self.recording.case
        model = self.variables["model"]
        self.record("config", config_of(model), "equal")
        if case["config_loads"]:
            model = named_object("models.model_from_json")(case["config_json"])
        model.set_weights([self.recording.array(f"w{i}") for i in range(case["nb_weights"])])
        inputs = self.decode(case["inputs"])
        training = case["train"]
        target = self.decode(training["target"])
        if isinstance(inputs, dict):
            loss = dict.fromkeys(target, training["loss"])
            batch = ({**inputs, **target},)
        else:
            loss = training["loss"]
            inputs = inputs[0] if len(inputs) == 1 else inputs
            batch = (inputs, target)
        self.record("output_shape", model.output_shape, "equal")
        model.compile(named_object("optimizers.SGD")(lr=training["lr"]), loss)
        self.record("predict", model.predict(inputs))
        if case.get("stateful"):
            self.record("predict_again", model.predict(inputs))
            model.reset_states()
            self.record("predict_after_reset", model.predict(inputs))
            model.reset_states()
        if training["steps"]:
            losses = [float(model.train_on_batch(*batch)[0]) for _ in range(training["steps"])]
            self.record("losses", losses)
            self.record("weights", model.get_weights())


DECODERS: dict[str, Any] = {
    "tuple": lambda player, v: tuple(player.decode(part) for part in v["tuple"]),
    "dict": lambda player, v: {player.decode(k): player.decode(part) for k, part in v["dict"]},
    "var": lambda player, v: player.variable(v["var"], v.get("attr", "")),
    "new": lambda player, v: player.new(v["new"], v),
    "ref": lambda player, v: named_object(v["ref"]),
    "fn": lambda player, v: player.fn(v["fn"], v),
    "tmp": lambda player, v: str(player.scratch / v["tmp"]),
    "file": lambda player, v: str(player.recording.folder / v["file"]),
    "text": lambda player, v: (player.recording.folder / v["text"]).read_text(encoding="utf-8"),
}


def config_of(model: Any) -> Any:
    """Return the configuration as it comes out of JSON; None if it does not go in."""
    try:
        return json.loads(model.to_json())
    except TypeError:
        return None


def snapshot(value: Any) -> Any:
    """Copy arrays, lists and dicts."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {key: snapshot(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [snapshot(part) for part in value]
    return value
