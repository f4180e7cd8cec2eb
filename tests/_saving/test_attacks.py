"""Hostile files, row by row of a table of attacks that happened to others: A1 to A21.

Each test builds the file and shows that it is refused and that what it wanted did not happen:
a marker file is not there, a secret was not read, memory was not taken.
"""

from __future__ import annotations

import base64
import builtins
import gzip
import http.server
import importlib.util
import io
import json
import marshal
import os
import pickle
import re
import subprocess
import sys
import tarfile
import threading
import time
import tracemalloc
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import torch

import legacy_keras
from legacy_keras import (
    UnsafeModelError,
    activations,
    callbacks,
    constraints,
    initializations,
    objectives,
    optimizers,
    regularizers,
)
from legacy_keras._settings import settings
from legacy_keras.datasets import imdb, mnist
from legacy_keras.layers.core import Dense
from legacy_keras.models import (
    Graph,
    Sequential,
    model_from_config,
    model_from_json,
    model_from_yaml,
)
from legacy_keras.utils import data_utils, generic_utils, layer_utils
from legacy_keras.utils.io_utils import HDF5Matrix

PACKAGE = Path(legacy_keras.__file__).parent

# Every way in for a configuration.
READERS: dict[str, Callable[..., Any]] = {
    "model_from_json": lambda config, *args, **kw: model_from_json(json.dumps(config), *args, **kw),
    "model_from_yaml": lambda config, *args, **kw: model_from_yaml(json.dumps(config), *args, **kw),
    "model_from_config": model_from_config,
    "container_from_config": layer_utils.container_from_config,
}
reader = pytest.mark.parametrize("read", READERS.values(), ids=READERS)


def sequential(*layers: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the configuration of a Sequential."""
    return {"name": "Sequential", "layers": list(layers), **more}


def dense(**options: Any) -> dict[str, Any]:
    """Return the configuration of a Dense."""
    return {"name": "Dense", "output_dim": 2, "input_shape": [3], **options}


@pytest.fixture
def marker(tmp_path: Path) -> Iterator[Path]:
    """Give the path of a file that an attack would make, and check that it did not."""
    path = tmp_path / "was_here"
    yield path
    assert not path.exists()


@pytest.fixture
def nothing_runs(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Record what an attack would call, and check that it called nothing."""
    called: list[Any] = []
    for owner, name in ((os, "system"), (builtins, "eval"), (builtins, "exec"), (marshal, "loads")):
        monkeypatch.setattr(owner, name, lambda *args, what=name, **kw: called.append(what))
    yield called
    monkeypatch.undo()
    assert not called


@contextmanager
def quick_and_small(seconds: float = 1.0, mebibytes: int = 512) -> Iterator[None]:
    """Check that the code inside computes neither for long nor in much memory."""
    tracemalloc.start()
    start = time.process_time()  # a busy machine makes nothing slower by it
    yield
    elapsed = time.process_time() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert elapsed < seconds * 5  # tracing alone takes most of it
    assert peak < mebibytes << 20


# A1: YAML that asks for Python objects


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['touch {marker}']",
        "!!python/object/new:os.system ['touch {marker}']",
        "!!python/object/apply:subprocess.check_call [[touch, {marker}]]",
        "!!python/object:legacy_keras.models.Sequential {{}}",
        "!!python/name:os.system",
        "!!python/module:os",
        "!!python/bytes aGVsbG8=",
        "!unknown x",
    ],
)
def test_a1_tags_of_python_objects_make_nothing(tag: str, marker: Path) -> None:
    text = "name: Sequential\nlayers: []\nloss: " + tag.format(marker=marker)
    optimizer = "\noptimizer: {name: SGD}"

    with pytest.raises(ValueError):
        model_from_yaml(text + optimizer)


def test_a1_tuples_and_text_of_python_2_are_plain_values() -> None:
    text = json.dumps(sequential(dense())).replace("[3]", "!!python/tuple [3]")
    text = text.replace('"Dense"', "!!python/unicode 'Dense'")

    assert model_from_yaml(text).input_shape == (None, 3)


# A2: bombs of aliases and of nesting


def alias_bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    for level in range(1, 12):
        lines.append(f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (model_from_yaml, alias_bomb()),
        (model_from_yaml, "{<<: " * 500 + "x" + "}" * 500),
        (model_from_yaml, "a: " + "[" * 100_000),
        (model_from_yaml, "a: " + "{a: " * 100_000),
        (model_from_yaml, "- " * 100_000),
        (model_from_yaml, "a: &a [*a]"),
        (model_from_yaml, "a: " + "1:" * 100_000 + "1"),
        (model_from_yaml, "? " * 50_000),
        (model_from_json, "[" * 100_000),
        (model_from_json, '{"a":' * 100_000 + "1" + "}" * 100_000),
        (model_from_json, "[" * 900 + "]" * 900),
        (model_from_json, '{"a": ' + "9" * 1_000_000 + "}"),
        (model_from_json, "[" + "0," * 300_000 + "0]"),
        (model_from_json, " " * (9 << 20)),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else value.__name__,
)
def test_a2_bombs_are_refused_at_once(read: Callable[[str], Any], text: str) -> None:
    with quick_and_small(), pytest.raises(ValueError):
        read(text)


def test_a2_a_nested_dictionary_is_refused_too() -> None:
    config: Any = dense()
    for _ in range(500):
        config = sequential(config)

    for read in (model_from_config, layer_utils.container_from_config):
        with pytest.raises(UnsafeModelError, match="nested"):
            read(config)


# A3 and A4: code, at every way in


def stored_code(marker: Path) -> dict[str, Any]:
    """Return code as we store it, which leaves the marker."""
    code = compile(f"open({str(marker)!r}, 'w')", "<attack>", "eval")
    packed = base64.b64encode(marshal.dumps(code)).decode()
    return {"name": "function", "python": sys.implementation.cache_tag, "code": packed}


def lambda_of(function: Any, **more: Any) -> dict[str, Any]:
    """Return the configuration of a Lambda."""
    return sequential({"name": "Lambda", "input_shape": [3], "function": function, **more})


PYTHON_2_CODE = "c\x01\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00C\x00\x00\x00s\x08"


@reader
@pytest.mark.parametrize("layer", ["Lambda", "MaskedLambda", "LambdaMerge", "TimeDistributed"])
def test_a3_code_is_not_run(
    read: Callable[..., Any], layer: str, marker: Path, nothing_runs: list[Any]
) -> None:
    for code in (stored_code(marker), PYTHON_2_CODE, "os.system"):
        config = lambda_of(code)
        config["layers"][0]["name"] = layer
        if layer == "LambdaMerge":
            config["layers"][0]["layers"] = [dense(), dense()]
        if layer == "TimeDistributed":
            config = sequential({"name": layer, "layer": {"name": "Lambda", "function": code}})

        with pytest.raises(UnsafeModelError, match="nothing in a file is run"):
            read(config)


@reader
def test_a3_code_for_an_output_shape_is_not_run(
    read: Callable[..., Any], marker: Path, nothing_runs: list[Any]
) -> None:
    config = lambda_of("double", output_shape=stored_code(marker))

    with pytest.raises(UnsafeModelError):
        read(config, {"double": lambda x: 2 * x})


def test_a3_code_in_an_hdf5_file_is_not_read(tmp_path: Path, marker: Path) -> None:
    path = tmp_path / "w.h5"
    Sequential([Dense(2, input_dim=3)]).save_weights(path)
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = json.dumps(lambda_of(stored_code(marker)))

    Sequential([Dense(2, input_dim=3)]).load_weights(path)


@reader
def test_a4_no_switch_in_the_file_allows_code(
    read: Callable[..., Any], marker: Path, nothing_runs: list[Any]
) -> None:
    code = stored_code(marker)
    config = lambda_of({**code, "allow_code": True}, allow_code=True)
    config.update(allow_code=True, safe_mode=False, enable_unsafe_deserialization=True)
    config["settings"] = {"allow_code": True}

    for unset in ({}, {"allow_code": False}, {"allow_code": None}):
        with pytest.raises(UnsafeModelError):
            read(config, **unset)


def test_a4_no_setting_allows_code() -> None:
    assert not [name for name in vars(settings) if "code" in name or "safe" in name]


@pytest.mark.parametrize("name", ["os.system", "__import__", "system"])
def test_a4_get_from_module_searches_its_table_only(name: str, nothing_runs: list[Any]) -> None:
    with pytest.raises(ValueError, match="Invalid thing"):
        generic_utils.get_from_module(name, {"known": len}, "thing", instantiate=True)


# A5 and A6: names

HOSTILE_NAMES = [
    "os.system", "builtins.eval", "eval", "__import__", "__class__", "Layer.__init__",
    "legacy_keras.utils.data_utils.get_file", "np", "K", "get_file", "six", "lookup", "torch",
    "Any", "_Reader", "", "a" * 1_000_000, "\x1b[31mred",
]  # fmt: skip
hostile = pytest.mark.parametrize("name", HOSTILE_NAMES, ids=lambda name: repr(name[:30]))

LOOK_UPS = [activations, constraints, initializations, objectives, optimizers, regularizers]


@hostile
@pytest.mark.parametrize("module", LOOK_UPS, ids=lambda module: module.__name__[13:])
def test_a5_a6_names_are_found_in_tables_only(module: Any, name: str) -> None:
    with quick_and_small(), pytest.raises(ValueError) as caught:
        module.get(name)

    assert len(str(caught.value)) < 2000
    assert "\x1b" not in str(caught.value)


@hostile
@reader
def test_a5_a6_names_in_configurations_are_found_in_tables_only(
    read: Callable[..., Any], name: str, nothing_runs: list[Any]
) -> None:
    compiled = {"optimizer": {"name": "SGD"}, "loss": "mse"}
    for config in (
        sequential({"name": name}),
        sequential(dense(activation=name)),
        sequential(dense(init=name)),
        sequential(dense(W_regularizer=name)),
        sequential(dense(W_constraint=name)),
    ):
        with pytest.raises(ValueError):
            read(config)
    if read is not layer_utils.container_from_config:
        for more in ({"loss": name}, {"optimizer": {"name": name}}):
            with pytest.raises(ValueError):
                read(sequential(dense(), **{**compiled, **more}))


@reader
@pytest.mark.parametrize("value", [{"name": "function"}, ["relu"], {}], ids=str)
@pytest.mark.parametrize("key", ["activation", "init"])
def test_a5_what_is_no_name_is_no_function(read: Any, key: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{key}=.*expected the name of a function"):
        read(sequential(dense(**{key: value})))


@hostile
def test_a5_a6_get_layer_finds_layers_only(name: str) -> None:
    with pytest.raises(ValueError):
        layer_utils.get_layer(name, {"fname": "x", "origin": "file:///etc/passwd"})


# A7: what the user registered


@reader
def test_a7_a_class_of_the_user_wins_over_ours(read: Callable[..., Any]) -> None:
    class Mine(Dense):
        """Another Dense."""

    model = read(sequential(dense()), {"Dense": Mine})

    assert type(model.layers[0]) is Mine


@reader
def test_a7_a_function_of_the_user_is_not_called_as_a_layer(read: Callable[..., Any]) -> None:
    calls: list[Any] = []

    with pytest.raises(ValueError, match="no class of layers"):
        read(sequential({"name": "loss", "path": "/etc"}), {"loss": lambda **kw: calls.append(kw)})
    with pytest.raises(ValueError):
        config = sequential(dense(W_regularizer={"name": "loss", "path": "/etc"}))
        read(config, {"loss": lambda **kw: calls.append(kw)})
    assert not calls


# A8: HDF5 that leads elsewhere


def secret(tmp_path: Path) -> Path:
    """Write a file with weights that no other file may read, in the layout of a model."""
    path = tmp_path / "secret.h5"
    Sequential([Dense(2, input_dim=3)]).save_weights(path)
    with h5py.File(path, "a") as file:
        file["g"] = np.arange(6.0, dtype="float32").reshape(3, 2)
    (tmp_path / "secret.bin").write_bytes(np.arange(6.0, dtype="float32").tobytes())
    return path


def stack(file: h5py.File) -> h5py.Group:
    """Lay out a file for a Dense, but for its weights."""
    file.attrs["nb_layers"] = 1
    group = file.create_group("layer_0")
    group.attrs["nb_params"] = 2
    group["param_1"] = np.zeros(2, "float32")
    return group


def external_link(file: h5py.File, group: h5py.Group, name: str, folder: Path) -> None:
    group[name] = h5py.ExternalLink(str(folder / "secret.h5"), "/g")


def soft_link(file: h5py.File, group: h5py.Group, name: str, folder: Path) -> None:
    file["elsewhere"] = np.ones((3, 2), "float32")
    group[name] = h5py.SoftLink("/elsewhere")


def external_storage(file: h5py.File, group: h5py.Group, name: str, folder: Path) -> None:
    parts = [(str(folder / "secret.bin"), 0, 24)]
    group.create_dataset(name, (3, 2), "float32", external=parts)


def virtual(file: h5py.File, group: h5py.Group, name: str, folder: Path) -> None:
    layout = h5py.VirtualLayout((3, 2), "float32")
    layout[:] = h5py.VirtualSource(str(folder / "secret.h5"), "g", (3, 2))
    group.create_virtual_dataset(name, layout)


ELSEWHERE = [external_link, soft_link, external_storage, virtual]
elsewhere = pytest.mark.parametrize("plant", ELSEWHERE, ids=lambda plant: plant.__name__)


@elsewhere
def test_a8_weights_from_elsewhere_are_not_read(plant: Any, tmp_path: Path) -> None:
    secret(tmp_path)
    with h5py.File(tmp_path / "w.h5", "w") as file:
        plant(file, stack(file), "param_0", tmp_path)

    refused_and_unchanged(Sequential([Dense(2, input_dim=3)]), tmp_path / "w.h5")


@elsewhere
def test_a8_weights_of_a_graph_from_elsewhere_are_not_read(plant: Any, tmp_path: Path) -> None:
    secret(tmp_path)
    with h5py.File(tmp_path / "w.h5", "w") as file:
        group = file.create_group("graph")
        group.attrs["nb_params"] = 2
        group["param_1"] = np.zeros(2, "float32")
        plant(file, group, "param_0", tmp_path)
    graph = Graph()
    graph.add_input(name="x", input_shape=(3,))
    graph.add_node(Dense(2), name="d", input="x", create_output=True)

    refused_and_unchanged(graph, tmp_path / "w.h5")


@elsewhere
@pytest.mark.parametrize("level", ["weight", "middle", "layer", "model_weights"])
def test_a8_weights_of_keras_1_from_elsewhere_are_not_read(
    plant: Any, level: str, tmp_path: Path
) -> None:
    secret(tmp_path)
    with h5py.File(tmp_path / "w.h5", "w") as file:
        if level == "model_weights":
            plant(file, file, "model_weights", tmp_path)
        else:
            file.attrs["layer_names"] = [b"dense"]
            group = file
            if level != "layer":
                group = file.create_group("dense")
                group.attrs["weight_names"] = [b"a/W", b"b"]
                group["b"] = np.zeros(2, "float32")
            if level == "middle":
                group["a"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/layer_0")
            else:
                plant(file, group, "dense" if level == "layer" else "a/W", tmp_path)

    refused_and_unchanged(Sequential([Dense(2, input_dim=3)]), tmp_path / "w.h5")


@pytest.mark.parametrize("group", ["layer_0", "graph"])
def test_a8_a_whole_group_from_elsewhere_is_not_read(group: str, tmp_path: Path) -> None:
    outside = str(secret(tmp_path))
    for link in (h5py.SoftLink("/real"), h5py.ExternalLink(outside, "/layer_0")):
        with h5py.File(tmp_path / "w.h5", "w") as file:
            file.create_group("real")
            file[group] = link
            if group == "layer_0":
                file.attrs["nb_layers"] = 1
        model: Any = Graph() if group == "graph" else Sequential([Dense(2, input_dim=3)])

        refused_and_unchanged(model, tmp_path / "w.h5")


@pytest.mark.parametrize("name", ["/layer/W", "../W", "./W", "a//W", "", "a/../../W"])
def test_a8_names_that_climb_are_refused(name: str, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file.attrs["layer_names"] = [b"layer"]
        group = file.create_group("layer")
        group.attrs["weight_names"] = [name.encode(), b"b"]
        group["W"], group["b"] = np.ones((3, 2)), np.zeros(2)
        group.create_group("a")["W"] = np.ones((3, 2))

    refused_and_unchanged(Sequential([Dense(2, input_dim=3)]), tmp_path / "w.h5")


@elsewhere
@pytest.mark.parametrize("name", ["X", "group/X", "/group/X"])
def test_a8_hdf5_matrix_reads_nothing_from_elsewhere(plant: Any, name: str, tmp_path: Path) -> None:
    secret(tmp_path)
    with h5py.File(tmp_path / "data.h5", "w") as file:
        plant(file, file, name, tmp_path)

    with pytest.raises(UnsafeModelError):
        HDF5Matrix(str(tmp_path / "data.h5"), name, 0, 3)


def test_a8_hdf5_matrix_looks_at_the_middle_of_a_name(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "data.h5", "w") as file:
        file["a"] = h5py.ExternalLink(str(secret(tmp_path)), "/layer_0")

    with pytest.raises(UnsafeModelError, match="ExternalLink"):
        HDF5Matrix(str(tmp_path / "data.h5"), "a/param_0", 0, 3)


def refused_and_unchanged(
    model: Any, path: Path, error: Any = UnsafeModelError, match: str | None = None
) -> None:
    """Check that a file is refused and the weights are what they were."""
    before = model.get_weights()
    with quick_and_small(), pytest.raises(error, match=match):
        model.load_weights(path)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


# A9: sizes


def refuse(tmp_path: Path, write: Callable[[h5py.File], None], error: Any = ValueError) -> None:
    with h5py.File(tmp_path / "w.h5", "w") as file:
        write(file)
    refused_and_unchanged(Sequential([Dense(2, input_dim=3)]), tmp_path / "w.h5", error)


def test_a9_a_declared_size_is_not_allocated(tmp_path: Path) -> None:
    def write(file: h5py.File) -> None:
        stack(file).create_dataset("param_0", (1 << 16, 1 << 16), "float32", chunks=(64, 64))

    refuse(tmp_path, write, UnsafeModelError)


def test_a9_many_small_bombs_are_not_allocated_either(tmp_path: Path) -> None:
    def write(file: h5py.File) -> None:
        group = stack(file)
        group.attrs["nb_params"] = 5002
        for index in [0, *range(2, 5002)]:
            group.create_dataset(f"param_{index}", (1 << 18,), "float32", chunks=(64,))

    refuse(tmp_path, write)


@pytest.mark.parametrize(
    "count",
    [2**31, 2**63 - 1, -1, float("nan"), 1.0, "1", b"1", True, [1, 1], np.zeros((1, 2), int)],
    ids=str,
)
@pytest.mark.parametrize("attribute", ["nb_layers", "nb_params"])
def test_a9_a_count_that_cannot_be_is_refused(attribute: str, count: Any, tmp_path: Path) -> None:
    def write(file: h5py.File) -> None:
        group = stack(file)
        group["param_0"] = np.ones((3, 2))
        owner = file if attribute == "nb_layers" else group
        owner.attrs[attribute] = count

    refuse(tmp_path, write)


@pytest.mark.parametrize("value", [np.zeros((20_000, 100), "S1"), np.zeros(1 << 22), "x", 3])
def test_a9_an_attribute_of_names_is_measured_before_it_is_read(value: Any, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "w.h5", "w", libver="latest") as file:
        file.attrs["layer_names"] = value

    refused_and_unchanged(Sequential([Dense(2, input_dim=3)]), tmp_path / "w.h5", ValueError)


STATEFUL = {
    "name": "LSTM",
    "stateful": True,
    "batch_input_shape": [10**9, 1, 1],
    "input_shape": [1],
}


@reader
def test_a9_a_configuration_cannot_fill_the_memory(read: Callable[..., Any]) -> None:
    wide = {"name": "Dense", "output_dim": 9000}
    for config in (
        sequential(dense(output_dim=10**9, input_shape=[10**9])),
        sequential(dense(output_dim=10**10)),
        sequential(dense(input_shape=[9000], output_dim=9000), wide, wide, wide, wide),
        sequential({"name": "Embedding", "input_dim": 10**9, "output_dim": 10}),
        sequential({**dense(output_dim=9), **STATEFUL}),
    ):
        if len(config["layers"]) > 1:
            config["layers"][0]["init"] = "zero"  # quick, up to the one too many
            for layer in config["layers"]:
                layer["init"] = "zero"
        with pytest.raises(UnsafeModelError, match="max_weights"):
            read(config)


def test_a9_free_space_that_leads_back_to_itself_is_not_walked(tmp_path: Path) -> None:
    path = tmp_path / "w.h5"
    model = Sequential([Dense(2, input_dim=3)])
    model.save_weights(path)
    content = bytearray(path.read_bytes())
    heap = content.index(b"HEAP\0")
    first, data = (int.from_bytes(content[heap + at : heap + at + 8], "little") for at in (16, 24))
    content[data + first : data + first + 8] = first.to_bytes(8, "little")
    path.write_bytes(content)

    refused_and_unchanged(model, path, ValueError, "free space in it has no end")


def test_a9_text_of_variable_length_is_measured_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "w.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = ["layer"]
        file.create_group("layer").attrs["weight_names"] = ["W", "b"]
    good = path.read_bytes()
    heap = good.index(b"GCOL\1")
    length = good.index(heap.to_bytes(8, "little"), good.index(b"layer_names\0")) - 4
    long = good[:length] + (2**31).to_bytes(4, "little") + good[length + 4 :]
    endless = good[: heap + 16] + bytes(16) + good[heap + 32 :]

    for content, message in ((long, "declares text of 2147483648 bytes"), (endless, "impossible")):
        path.write_bytes(content)
        refused_and_unchanged(Sequential([Dense(2, input_dim=3)]), path, ValueError, message)


# A10: element types


@pytest.mark.parametrize(
    "values",
    [
        np.ones((3, 2), bool),
        np.ones((3, 2), complex),
        np.array([[b"a", b"b"]] * 3),
        np.zeros((3, 2), [("a", "f4"), ("b", "f4")]),
        np.full((3, 2), 1e300),
        np.full((3, 2), 2**40 + 1),
    ],
    ids=["bool", "complex", "bytes", "compound", "too large", "too long an int"],
)
def test_a10_what_are_no_weights_is_refused(values: np.ndarray, tmp_path: Path) -> None:
    def write(file: h5py.File) -> None:
        stack(file)["param_0"] = values

    refuse(tmp_path, write)


@pytest.mark.parametrize("kind", ["vlen", "object reference", "null", "scalar", "group"])
def test_a10_what_is_no_array_is_refused(kind: str, tmp_path: Path) -> None:
    def write(file: h5py.File) -> None:
        group = stack(file)
        if kind == "vlen":
            group.create_dataset("param_0", (3, 2), h5py.vlen_dtype("float32"))
        elif kind == "object reference":
            group.create_dataset("param_0", (3, 2), h5py.ref_dtype)
        elif kind == "null":
            group["param_0"] = h5py.Empty("float32")
        elif kind == "scalar":
            group["param_0"] = 1.0
        else:
            group.create_group("param_0")

    refuse(tmp_path, write)


@pytest.mark.parametrize("dtype", ["<f2", ">f2", ">f4", "<f8", ">f8", "<i4", ">i8", "u1"])
def test_a10_other_numbers_are_converted(dtype: str, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "w.h5", "w") as file:
        stack(file)["param_0"] = np.arange(6).reshape(3, 2).astype(dtype)
    model = Sequential([Dense(2, input_dim=3)])

    model.load_weights(tmp_path / "w.h5")

    np.testing.assert_array_equal(model.get_weights()[0], np.arange(6).reshape(3, 2))


# A11: filters


def test_a11_a_filter_that_needs_a_plugin_is_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "w.h5"
    with h5py.File(path, "w") as file:
        group = stack(file)
        group.create_dataset("param_0", (3, 2), "float32", chunks=(3, 2), compression="lzf")
    content = bytearray(path.read_bytes())
    number = content.index(b"lzf") - 8  # two bytes, little-endian: 32000
    assert content[number : number + 2] == (32000).to_bytes(2, "little")
    content[number : number + 2] = (32015).to_bytes(2, "little")  # one that needs a plug-in
    path.write_bytes(content)

    model = Sequential([Dense(2, input_dim=3)])
    refused_and_unchanged(model, path, UnsafeModelError, "32015")
    with pytest.raises(UnsafeModelError, match="32015"):
        HDF5Matrix(str(path), "layer_0/param_0", 0, 3)


# A12: what is no file of weights


@pytest.fixture(params=["empty", "truncated", "text", "zip", "folder", "fifo", "device", "missing"])
def no_weights(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "w.h5"
    Sequential([Dense(200, input_dim=300)]).save_weights(tmp_path / "good.h5")
    if request.param == "truncated":
        path.write_bytes((tmp_path / "good.h5").read_bytes()[:3000])
    elif request.param in ("empty", "text", "zip"):
        path.write_bytes(
            {"empty": b"", "text": b"hello\n" * 99, "zip": b"PK\x03\x04"}[request.param]
        )
    elif request.param == "folder":
        path.mkdir()
    elif request.param == "fifo":
        os.mkfifo(path)
    elif request.param == "device":
        return Path("/dev/zero")
    return path


def test_a12_what_is_no_file_of_weights_is_refused_at_once(no_weights: Path) -> None:
    refused_and_unchanged(Sequential([Dense(2, input_dim=3)]), no_weights, OSError)


def test_a12_nor_does_hdf5_matrix_wait_for_it(no_weights: Path) -> None:
    with quick_and_small(), pytest.raises(OSError):
        HDF5Matrix(str(no_weights), "X", 0, 1)


# A13: pickles


class Exploit:
    """A pickle of this runs a command when it is loaded."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.marker}",)


@pytest.mark.parametrize("load", [mnist.load_data, imdb.load_data], ids=["mnist", "imdb"])
def test_a13_pickles_of_data_sets_run_nothing(
    load: Callable[..., Any], tmp_path: Path, marker: Path
) -> None:
    path = tmp_path / "data.pkl.gz"
    path.write_bytes(gzip.compress(pickle.dumps(Exploit(marker))))

    with pytest.raises(UnsafeModelError, match=r"posix\.system|nt\.system"):
        load(str(path))


def test_a13_a_pickle_is_no_weight_file(tmp_path: Path, marker: Path) -> None:
    (tmp_path / "w.h5").write_bytes(pickle.dumps(Exploit(marker)))

    refused_and_unchanged(Sequential([Dense(2, input_dim=3)]), tmp_path / "w.h5", OSError)


def test_a13_a_bomb_in_a_data_set_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "data.pkl.gz"
    with gzip.open(path, "wb", compresslevel=1) as file:
        for _ in range(600):
            file.write(bytes(1 << 20))

    with pytest.raises(UnsafeModelError, match="not plausible"):
        mnist.load_data(str(path))


# A14 and A15: downloads; more in tests/utils/test_data_utils.py


def unpack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *members: tarfile.TarInfo) -> Any:
    """Put an archive into the cache and have get_file unpack it."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    cache = tmp_path / "home" / ".keras" / "datasets"
    cache.mkdir(parents=True)
    with tarfile.open(cache / "data.tar.gz", "w:gz") as archive:
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return data_utils.get_file("data", "http://localhost:9/data.tar.gz", untar=True)


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, 5 if kind == tarfile.REGTYPE else 0
    return info


@pytest.mark.parametrize(
    "members",
    [
        [member("../was_here")],
        [member("data/../../../../was_here")],
        [member("/tmp/was_here_absolute")],
        [member("data", tarfile.SYMTYPE, "../../../.."), member("data/was_here")],
        [member("data", tarfile.LNKTYPE, "../../../../secret")],
        [member("data", tarfile.CHRTYPE)],
        [member("data", tarfile.FIFOTYPE)],
    ],
    ids=["..", "deep ..", "absolute", "symlink", "hard link", "device", "fifo"],
)
def test_a14_archives_write_nowhere_else(
    members: list[Any], tmp_path: Path, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UnsafeModelError, match="was not unpacked: its entry"):
        unpack(tmp_path, monkeypatch, *members)

    assert not Path("/tmp/was_here_absolute").exists()
    cache = tmp_path / "home" / ".keras" / "datasets"
    assert [path.name for path in cache.iterdir()] == ["data.tar.gz"]


@pytest.mark.parametrize("fname", ["../../x", "/etc/x", "a/b", "..", "", "a\\b", "c:x"])
def test_a14_a_name_is_a_plain_name(fname: str) -> None:
    with pytest.raises(ValueError, match="plain name"):
        data_utils.get_file(fname, "http://localhost:9/x")


@pytest.mark.parametrize(
    "origin", ["file:///etc/passwd", "ftp://localhost/x", "data:,x", "/etc/passwd", "gopher://x"]
)
def test_a15_only_http_is_fetched(
    origin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    with pytest.raises(ValueError, match="http or https"):
        data_utils.get_file("x", origin)
    assert not (tmp_path / ".keras" / "datasets" / "x").exists()


# A16: pickled tensors


def test_a16_nothing_in_the_package_unpickles() -> None:
    """A .pt file is a pickle; what reads pickles here is the restricted reader of data sets.

    The runner is another matter: it gives a script the `cPickle.load` that the script calls. So
    are its adapters, what writes such a script anew, and the train.py that an export writes: it
    reads its owner's arrays, by np.load without pickles.
    """
    unpickling = ("torch.load", "pickle.load", "pickle.loads", "np.load(", "joblib", "unsafe_load")

    found = {
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if path.relative_to(PACKAGE).parts[0] not in ("_runner", "_migrate", "era")
        and path != PACKAGE / "_export" / "training.py"
        and any(name in path.read_text(encoding="utf-8") for name in unpickling)
    }

    assert not found


def test_a16_a_pickled_model_is_no_weight_file(tmp_path: Path, marker: Path) -> None:
    torch.save(Exploit(marker), tmp_path / "w.pt")

    refused_and_unchanged(Sequential([Dense(2, input_dim=3)]), tmp_path / "w.pt", OSError)


# A17 and A18: names of layers on a terminal, in a drawing, in a file name

ESCAPE = "\x1b]0;owned\x07\x1b[2J"


def test_a17_names_are_escaped_in_a_summary(capsys: pytest.CaptureFixture[str]) -> None:
    model = model_from_json(json.dumps(sequential(dense(custom_name=ESCAPE))))

    model.summary()

    assert "\x1b" not in capsys.readouterr().out


def test_a17_names_are_escaped_in_a_drawing() -> None:
    pytest.importorskip("pydot")
    from legacy_keras.utils.visualize_util import to_graph

    graph = Graph()
    graph.add_input(name="x", input_shape=(3,))
    graph.add_node(Dense(2), name='"];evil[label="<b>|{' + ESCAPE, input="x")
    graph.add_node(Dense(2), name="out", input='"];evil[label="<b>|{' + ESCAPE)
    graph.add_output(name="end", input="out")

    text = to_graph(graph).to_string()

    assert "\x1b" not in text
    assert "\\<b\\>" in text


def test_a18_a_pattern_of_file_names_reaches_numbers_only(tmp_path: Path) -> None:
    for field in ("{loss.__class__}", "{loss.__init__.__globals__}", "{loss[0]}", "{0}", "{}"):
        checkpoint = callbacks.ModelCheckpoint(str(tmp_path / field))
        checkpoint._set_model(None)

        with pytest.raises(ValueError, match=r"plain names|and the logs have"):
            checkpoint.on_epoch_end(0, {"loss": 1.0})
    assert not list(tmp_path.iterdir())


def test_a18_the_name_of_a_layer_is_no_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tensorboard")
    monkeypatch.setattr(settings, "tensorboard_on_theano", True)
    logs = tmp_path / "logs"
    model = model_from_json(json.dumps(sequential(dense(custom_name="../../was_here"))))
    model.compile("sgd", "mse")
    board = callbacks.TensorBoard(str(logs), histogram_freq=1)
    x, y = np.ones((4, 3)), np.ones((4, 2))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(x, y, nb_epoch=1, verbose=0, validation_data=(x, y), callbacks=[board])

    assert {path.name for path in tmp_path.iterdir()} == {"logs"}


# A19: RemoteMonitor


def test_a19_a_monitor_goes_where_the_user_said_and_soon_gives_up() -> None:
    assert callbacks.REMOTE_TIMEOUT_SECONDS <= 10
    monitor = callbacks.RemoteMonitor(root="http://127.0.0.1:9")
    start = time.perf_counter()

    monitor.on_epoch_end(0, {"loss": 1.0})

    assert time.perf_counter() - start < callbacks.REMOTE_TIMEOUT_SECONDS


def test_a19_a_monitor_follows_no_redirect() -> None:
    seen: list[str] = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        do_GET = do_POST

        def log_message(self, *args: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_port}"
        callbacks.RemoteMonitor(root=root).on_epoch_end(0, {"loss": 1.0})
        server.shutdown()

    assert seen == ["/publish/epoch/end/"]


# A20: the runner


@pytest.mark.parametrize("source", ["print('ran')", "print 'ran'"], ids=["Python 3", "Python 2"])
def test_a20_the_runner_reads_and_writes_no_cache(
    source: str, tmp_path: Path, marker: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text(f"from keras.models import Sequential\n{source}\n")
    (tmp_path / "__pycache__").mkdir()
    poison = marshal.dumps(compile(f"open({str(marker)!r}, 'w')", str(script), "exec"))
    stamp = (
        importlib.util.MAGIC_NUMBER + bytes(4) + int(script.stat().st_mtime).to_bytes(4, "little")
    )
    size = script.stat().st_size.to_bytes(4, "little")
    Path(importlib.util.cache_from_source(str(script))).write_bytes(stamp + size + poison)
    before = {path for path in tmp_path.rglob("*")}

    done = run_script(script, tmp_path)

    assert done.stdout.split() == ["ran"], done.stderr
    assert {path for path in tmp_path.rglob("*")} == before


def test_a20_a_script_s_folder_cannot_stand_in_for_what_the_runner_needs(
    tmp_path: Path, marker: Path
) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "script.py").write_text("from keras.models import Sequential\nprint('ran')\n")
    for name in ("torch", "h5py", "yaml", "legacy_keras", "keras", "argparse", "runpy"):
        (folder / f"{name}.py").write_text(f"open({str(marker)!r}, 'w')\n")

    done = run_script(folder / "script.py", tmp_path)

    assert done.stdout.split() == ["ran"], done.stderr


def run_script(script: Path, home: Path) -> Any:
    return subprocess.run(
        [sys.executable, "-m", "legacy_keras", str(script)],
        capture_output=True,
        text=True,
        cwd=home,
        env={
            **os.environ,
            "HOME": str(home),
            "TMPDIR": str(home),
            "PYTHONPATH": str(PACKAGE.parent),
        },
    )


# A21: keras.json


@pytest.mark.parametrize(
    "text",
    [
        '{"backend": "os.system"}', '{"backend": "../../evil"}', '{"floatx": "object"}',
        "[" * 100_000, "x" * (1 << 20), "{\u201cbackend\u201d: 1}", "[]", '{"epsilon": "a"}',
    ],
    ids=lambda text: text[:14],
)  # fmt: skip
def test_a21_keras_json_names_no_module(
    text: str, tmp_path: Path, marker: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ".keras"
    folder.mkdir()
    (folder / "keras.json").write_text(text, encoding="utf-8")
    (tmp_path / "evil.py").write_text(f"open({str(marker)!r}, 'w')")

    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from legacy_keras import backend as K; print(K.floatx(), K._BACKEND)",
        ],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(PACKAGE.parent)},
    )

    assert done.stdout.split() == ["float32", "theano"], done.stderr


def test_every_attack_of_the_table_has_a_test() -> None:
    numbers = {n for name in globals() for n in re.findall(r"(?<=_a)\d+(?=_)", name)}

    assert numbers == {str(number) for number in range(1, 22)}


def test_unsafe_model_error_is_a_value_error_with_a_public_name() -> None:
    assert issubclass(legacy_keras.UnsafeModelError, ValueError)
