"""Writers of recurrent layers.

torch's own where they compute the same: tanh (or relu) and sigmoid, no mask, no states from
batch to batch, no dropout. Else a class of ``plain/recurrent.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from .. import activations
from ..layers import recurrent
from ..layers._older_recurrent import _JZS
from .names import literal
from .simple import activation
from .source import Class
from .writing import Site, Weight, masks, writes

TANH, SIGMOID, HARD_SIGMOID = (
    activations.ACTIVATIONS[name] for name in ("tanh", "sigmoid", "hard_sigmoid")
)


@masks(recurrent.Recurrent)
def mask_of_sequence(site: Site) -> str | None:
    return site.mask if site.layer.return_sequences else None


@dataclass(frozen=True)
class Cell:
    """How a layer's weights become those of a cell.

    Attributes:
        kind: the class, here and in torch.nn.
        gates: the gates in torch's order.
    """

    kind: str
    gates: Sequence[str]


CELLS: dict[type[Any], Cell] = {
    recurrent.SimpleRNN: Cell("SimpleRNN", [""]),
    recurrent.LSTM: Cell("LSTM", "ifco"),
    recurrent.GRU: Cell("GRU", "rzh"),
}


@writes(recurrent.SimpleRNN, recurrent.LSTM, recurrent.GRU)
def recurrent_layer(site: Site) -> str:
    layer = site.layer
    cell = next(CELLS[base] for base in type(layer).__mro__ if base in CELLS)
    W, U, b = (layer.gate_weights(kind, cell.gates) for kind in "WUb")
    twin = torch_twin(site, cell)
    if twin:
        state: dict[str, Any] = {
            "weight_ih_l0": Weight(W, (1, 0)),
            "weight_hh_l0": Weight(U, (1, 0)),
            "bias_ih_l0": Weight(b),
            "bias_hh_l0": torch.zeros(len(b) * layer.output_dim, dtype=b[0].dtype),
        }
        return torch_layer(site, twin, state)
    state = {"weight_ih": Weight(W, (1, 0)), "weight_hh": Weight(U, (1, 0)), "bias": Weight(b)}
    functions = [activation(site, layer.activation, 2)[1]]
    if hasattr(layer, "inner_activation"):
        functions.append(activation(site, layer.inner_activation, 2)[1])
    return plain_layer(site, cell.kind, functions, state, cell)


def torch_twin(site: Site, cell: Cell) -> str:
    """Return torch's class that computes the same, with what it takes; empty without one."""
    layer = site.layer
    plain = not (site.mask or layer.stateful or drops(site) or layer.truncate_gradient != -1)
    if not plain:
        return ""
    if cell.kind == "LSTM" and layer.activation is TANH:
        return "nn.LSTM({})" if layer.inner_activation is SIGMOID else ""
    if cell.kind == "SimpleRNN" and layer.activation is TANH:
        return "nn.RNN({})"
    return ""


def drops(site: Site) -> bool:
    """Whether the layer drops inputs or states."""
    layer = site.layer
    return not site.testing and (0 < layer.dropout_W < 1 or 0 < layer.dropout_U < 1)


def torch_layer(site: Site, twin: str, state: dict[str, Any]) -> str:
    """Write one of torch's recurrent layers."""
    layer = site.layer
    units = f"{literal(layer.input_dim)}, {literal(layer.output_dim)}"
    value = twin.format(f"{units}, batch_first=True")
    new = site.made() is None
    name = site.attribute(value, state)
    if new:
        frozen = f"{name}.bias_hh_l0.requires_grad_(False)  # Keras 0.3.3 has one bias"
        site.owner.attributes[-1].after.append(frozen)
    site.report(f"`{name}` = `{value}`", "gates put side by side in torch's order")
    x = f"{site.x}.flip(1)" if layer.go_backwards else site.x
    site.method.let(f"{site.target}, _", f"{name}({x})")
    return site.target if layer.return_sequences else f"{site.target}[:, -1]"


def plain_layer(
    site: Site, kind: str, functions: Sequence[str], state: dict[str, Any], cell: Cell | None
) -> str:
    """Write one of the recurrent layers of ``plain``."""
    layer = site.layer
    if layer.truncate_gradient != -1:
        raise site.refuse(
            f"truncate_gradient={layer.truncate_gradient} ends gradients before the first step, "
            "which has no counterpart here. Set layer.truncate_gradient = -1 to export it with "
            "whole gradients; its outputs are the same."
        )
    options = [literal(layer.input_dim), literal(layer.output_dim), *functions]
    options += ["return_sequences=True"] * bool(layer.return_sequences)
    if hasattr(layer, "depth"):
        options.append(f"depth={literal(layer.depth)}")
    statements = []
    variants = []
    if site.mask and cell is not None:  # the others have masks by themselves
        variants.append("Masked")
    if lasting_states(site):
        variants.insert(0, "Stateful")
        nb_samples = layer.input_shape[0]
        statements.append(f"make_states({literal(nb_samples)})")
        state["states"] = torch.stack([s.detach().as_subclass(torch.Tensor) for s in layer.states])
    if drops(site):
        variants.append("WithDropout")
        statements += [
            f"{ours} = {literal(p)}"
            for ours, p in [
                ("dropout_inputs", layer.dropout_W),
                ("dropout_states", layer.dropout_U),
            ]
            if 0 < p < 1
        ]
    written = variant(site, variants, kind) if variants else kind
    value = f"{written}({', '.join(options)})"
    new = site.made() is None
    name = site.attribute(value, state)
    if new:
        site.owner.attributes[-1].after += [f"{name}.{statement}" for statement in statements]
    if "WithDropout" in variants and cell is not None:
        site.noise(name, draw_order(layer, cell))
    site.report(f"`{name}` = `{value}`", difference(layer, kind))
    inputs = [site.x, site.mask] if site.mask else [site.x]
    if layer.go_backwards:
        inputs = [f"{value}.flip(1)" for value in inputs]
    return f"{name}({', '.join(inputs)})"


def lasting_states(site: Site) -> bool:
    """Whether states last from batch to batch.

    Raises:
        ExportError: where they do in training only, or in tests only.
    """
    layer = site.layer
    if not layer.stateful:
        return False
    in_training = id(layer) in site.export.updating
    in_tests = id(layer) in site.export.stateful
    if in_training and in_tests:
        return True
    if any(bool(state.any()) for state in layer.states) or in_training or in_tests:
        raise site.refuse(
            "it is stateful in a container or not trainable, where Keras 0.3.3 keeps its states in "
            "training only or in tests only. Make it a layer of the model itself."
        )
    return False


def draw_order(layer: Any, cell: Cell) -> list[int]:
    """Return which of the layer's streams is for which draw: gates in torch's order."""
    order = [list(layer.product_order).index(gate) for gate in cell.gates]
    count = len(layer.streams) // len(order) if layer.__dict__.get("streams") else 1
    return [first * len(order) + i for first in range(count) for i in order]


def variant(site: Site, variants: Sequence[str], kind: str) -> str:
    """Return the name of a class that combines helpers, which is written once."""
    name = "".join(variants).replace("With", "") + kind
    if all(existing.name != name for existing in site.export.module.classes):
        features = {"Stateful": "states that last", "Masked": "a mask", "WithDropout": "dropout"}
        doc = f"{kind} with {' and '.join(features[each] for each in variants)}."
        base = ", ".join([*variants, kind])
        site.export.module.classes.insert(0, Class(name, doc, base=base))
    return name


def difference(layer: Any, kind: str) -> str:
    """Say in what a layer differs from torch's."""
    if kind == "GRU":
        return "the reset gate comes before the product, unlike in nn.GRU"
    if getattr(layer, "inner_activation", None) is HARD_SIGMOID:
        return "its gates are hard sigmoids: 0.2 x + 0.5 in [0, 1]"
    return "masks, states or activations that torch's has not"


# Those that Keras 0.3 dropped


@writes(_JZS)
def jzs(site: Site) -> str:
    layer = site.layer
    nothing = torch.zeros(layer.output_dim, layer.output_dim, dtype=layer.b_z.dtype)
    W = [getattr(layer, weight) for weight in layer.input_weights]
    U = [getattr(layer, f"U_{gate}", nothing) for gate in "zrh"]
    b = [layer.b_z, layer.b_r, layer.b_h]
    state = {"weight_ih": Weight(W, (1, 0)), "weight_hh": Weight(U, (1, 0)), "bias": Weight(b)}
    kind = next(base.__name__ for base in type(layer).__mro__ if base.__name__.startswith("JZS"))
    functions = [activation(site, layer.activation, 2)[1]]
    functions.append(activation(site, layer.inner_activation, 2)[1])
    return plain_layer(site, kind, functions, state, None)


@writes(recurrent.SimpleDeepRNN)
def simple_deep_rnn(site: Site) -> str:
    layer = site.layer
    state = {
        "weight_ih": Weight([layer.W], (1, 0)),
        "weight_hh": Weight(layer.Us, (1, 0)),
        "bias": Weight([layer.b]),
    }
    functions = [activation(site, layer.activation, 2)[1]]
    functions.append(activation(site, layer.inner_activation, 2)[1])
    return plain_layer(site, "SimpleDeepRNN", functions, state, None)
