"""Logs: floats for whoever reads, tensors until then."""

import copy
import json
import pickle

import pytest
import torch

from legacy_keras._training.logs import Logs


def keywords(**logs):
    return logs


READERS = {
    "logs[k]": lambda logs: logs["loss"],
    "get": lambda logs: logs.get("loss"),
    "items": lambda logs: dict(logs.items())["loss"],
    "values": lambda logs: list(logs.values())[-1],
    "dict": lambda logs: dict(logs)["loss"],
    "unpacking": lambda logs: {**logs}["loss"],
    "keywords": lambda logs: keywords(**logs)["loss"],
    "update": lambda logs: [d := {}, d.update(logs)][0]["loss"],
    "copy": lambda logs: logs.copy()["loss"],
    "copy.copy": lambda logs: copy.copy(logs).raw("loss"),
    "deepcopy": lambda logs: copy.deepcopy(logs).raw("loss"),
    "pickle": lambda logs: pickle.loads(pickle.dumps(logs)).raw("loss"),
    "pop": lambda logs: logs.pop("loss"),
    "pop with default": lambda logs: logs.pop("loss", None),
    "popitem": lambda logs: logs.popitem()[1],
    "setdefault": lambda logs: logs.setdefault("loss", 3.0),
    "or": lambda logs: (logs | {})["loss"],
    "or from the left": lambda logs: ({} | logs)["loss"],
    "or in place": lambda logs: Logs().__ior__(logs).raw("loss"),
    "json": lambda logs: json.loads(json.dumps(logs))["loss"],
    "json, indented": lambda logs: json.loads(json.dumps(logs, indent=1))["loss"],
    "percent": lambda logs: float("%(loss)s" % logs),  # noqa: UP031
    "format": lambda logs: float("{loss}".format(**logs)),
    "format_map": lambda logs: float("{loss}".format_map(logs)),
    "match": lambda logs: match(logs),
}


def match(logs):
    match logs:
        case {"loss": loss}:
            return loss


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_every_way_of_reading_gives_a_float(read):
    logs = Logs(size=8, loss=torch.tensor(0.5))

    value = read(logs)

    assert type(value) is float
    assert value == 0.5


def test_equality_and_repr_show_floats():
    logs = Logs(size=8, loss=torch.tensor(0.5))

    assert logs == {"size": 8, "loss": 0.5}
    assert not logs != {"size": 8, "loss": 0.5}  # noqa: SIM202 (dict has both operators)
    assert repr(Logs(loss=torch.tensor(0.5))) == "{'loss': 0.5}"


def test_one_read_resolves_all_values_for_good():
    logs = Logs(loss=torch.tensor(0.5), acc=torch.tensor(1.0), size=8)

    logs["loss"]

    assert [logs.raw(k) for k in ("loss", "acc", "size")] == [0.5, 1.0, 8]
    assert type(logs.raw("acc")) is float


def test_raw_and_dict_items_do_not_read():
    loss = torch.ones((), device="meta")  # has no value to read
    logs = Logs(loss=loss)

    assert logs.raw("loss") is loss
    assert list(dict.items(logs)) == [("loss", loss)]
    assert "loss" in logs and len(logs) == 1 and list(logs) == ["loss"]


def test_float32_is_widened_without_rounding():
    assert Logs(loss=torch.tensor(0.1))["loss"] == 0.10000000149011612


def test_other_values_stay_as_they_are():
    vector = torch.zeros(3)
    logs = Logs(size=8, note="x", vector=vector)

    assert logs["size"] == 8
    assert logs["note"] == "x"
    assert logs["vector"] is vector


def test_missing_keys_are_missing_as_in_a_dict():
    logs = Logs(loss=1.0)

    assert logs.get("val_loss") is None
    assert logs.get("val_loss", 2.0) == 2.0
    with pytest.raises(KeyError, match="val_loss"):
        logs["val_loss"]
