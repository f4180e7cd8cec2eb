"""train.py: the training loop of a compiled model, in plain PyTorch.

The loop and the update rules are helpers of ``plain``; written here are the loss, the
penalties, the constraints and the optimizer that go with the model.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from .. import constraints, objectives, optimizers, regularizers
from .._symbolic.expression import Placeholder
from .._symbolic.mode import writing
from .._symbolic.trace import Traced
from ..layers import containers
from ..layers._base import Layer
from .layout import WIDTH, indented, laid_out
from .models import Exported
from .names import identifier, literal, quoted, variable_names
from .programs import Recorder
from .source import (
    Method,
    docstring,
    helper_source,
    helper_table,
    helpers_named_in,
    imports_for,
    with_what_they_need,
)
from .writing import ExportError, Site, Weight

DOC = """\
Train the model of model.py with the loss, updates and order of data of Keras 0.3.

    python train.py data.npz

{data}
Weights are read from weights.safetensors and written to trained.safetensors.
"""
DATA = "The file has the arrays {names}; to validate, {validation}, too."


class NotTrainable(ExportError):
    """Training that cannot be written as plain PyTorch; the message says why."""


def number(value: Any) -> str:
    """Write a float32 hyperparameter with the digits that it was given with."""
    return repr(float(f"{float(value):.7g}"))


def training_source(
    exported: Exported, *, batch_size: int, nb_epoch: int, random_state: bool, seed: int
) -> str:
    """Write train.py for a compiled model.

    Args:
        random_state: whether there is a random_state.npz to start from; else ``seed``.

    Raises:
        NotTrainable: for a loss, optimizer, regularizer or constraint without source.
    """
    model = exported.export.model
    if "_step" not in model.__dict__:
        raise NotTrainable("the model is not compiled, so there is no loss and no optimizer.")
    if not model.trainable_weights:
        raise NotTrainable("the model has no weights to train.")
    outputs = output_names(model)
    parts = [
        loss_source(exported, outputs),
        update_source(exported),
        main_source(exported, random_state, seed),
    ]
    functions = exported.export.module_of_training.functions
    own = [*("\n".join(f.rendered(0, method=False)) for f in functions), *filter(None, parts)]
    text = "\n\n\n".join(own)
    text += '\n\n\nif __name__ == "__main__":\n    main()'
    helpers = [helper_source(n) for n in with_what_they_need(helpers_named_in(text))]
    body = "\n\n\n".join([*helpers, text])
    names = [*exported.inputs, *outputs.values()]
    data = DATA.format(names=listed(names), validation=listed([f"val_{n}" for n in names]))
    doc = DOC.format(data=textwrap.fill(data, WIDTH)).rstrip()
    head = [*docstring(doc, 0), "", "from __future__ import annotations", ""]
    head += [*imports_for(body), "", f"from model import {exported.name}", ""]
    constants = ["HERE = Path(__file__).parent", f"BATCH_SIZE = {batch_size}"]
    constants.append(f"EPOCHS = {nb_epoch}")
    constants += seeds_source(exported)
    return "\n".join([*head, *constants, "", "", ""]) + body + "\n"


def listed(names: list[str]) -> str:
    """Write names as in a sentence."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def output_names(model: Any) -> dict[str, str]:
    """Return by the names of the outputs the names of their targets in the data."""
    if not isinstance(model, containers.Graph):
        return {"": "y"}
    taken = variable_names()
    taken.taken |= {identifier(name, "input") for name in model.input_order}
    return {name: taken.claim(identifier(name)) for name in model.output_order}


def seeds_source(exported: Exported) -> list[str]:
    """Write the seeds of layers that draw noise."""
    noisy = exported.export.noisy
    if not noisy:
        return []
    pairs = (f'"{name}": {[s.seed for s in streams]}' for name, streams in noisy.items())
    comment = "# Of the layers that draw noise, as Keras drew them in compile()."
    return [comment, *laid_out(f"SEEDS = {{{', '.join(pairs)}}}", 0)]


# The loss


def loss_source(exported: Exported, outputs: dict[str, str]) -> str:
    """Write the function that returns the loss of a batch, and the accuracy."""
    model = exported.export.model
    step = model._step
    extras = bool(exported.masks or exported.penalized)
    arguments = ", ".join(f'batch["{name}"]' for name in exported.inputs)
    called = f"model.with_extras({arguments})" if extras else f"model({arguments})"
    lines = [f"{'output, extras' if extras else 'output'} = {called}"]
    totals = []
    for output in step.outputs:
        target = f'batch["{outputs[output.name]}"]'
        predicted = "output" if len(step.outputs) == 1 else f"output[{quoted(output.name)}]"
        score = f"{objective(exported, output)}({target}, {predicted})"
        mask = ""
        if output.name in exported.masks:
            key = f"{output.name}_mask" if output.name else "mask"
            mask = f", mask=extras[{quoted(key)}]"
        weighted = f"weighted_mean({score}{mask})" if mask else f"{score}.mean()"
        factor = "" if output.weight == 1 else f"{literal(output.weight)} * "
        totals.append(factor + weighted)
    lines.append(f"total = {totals[0]}")
    lines += [f"total = total + {total}" for total in totals[1:]]
    penalties = penalty_lines(exported)
    if penalties:
        lines.append("if model.training:")
        lines += [f"    total = total + {penalty}" for penalty in penalties]
    results = '"loss": total'
    if len(step.outputs) == 1:
        kind = "answers" if step.binary else "classes"
        target = f'batch["{next(iter(outputs.values()))}"]'
        lines.append(f"accuracy = accuracy_of_{kind}({target}, output)")
        results += ', "acc": accuracy'
    lines.append(f"return {{{results}}}")
    head = f"def loss(model: {exported.name}, batch: dict[str, Tensor]) -> dict[str, Tensor]:"
    body = [line for text in lines for line in nested(text)]
    doc = '"""Return the loss of a batch, as it is trained'
    doc += ", and the accuracy." if len(step.outputs) == 1 else "."
    return "\n".join([*laid_out(head, 0), *indented([doc + '"""'], 4), *body])


def nested(text: str) -> list[str]:
    """Lay out a line of a function's body, which may start with more indentation."""
    inner = len(text) - len(text.lstrip())
    return laid_out(text.lstrip(), 4 + inner)


LOSSES = {f: f.__name__ for f in objectives.OBJECTIVES.values()}


def objective(exported: Exported, output: Any) -> str:
    """Return the name of a loss."""
    found = output.objective
    if found in LOSSES:
        return LOSSES[found]
    if isinstance(found, objectives.TorchLoss):
        text = repr(found.module)
        if not text.endswith("()") or "\n" in text:
            raise NotTrainable(f"the arguments of the loss {text} are not known.")
        return f'nn.{text[:-1]}reduction="none")'
    if isinstance(found, Traced):
        model = exported.export.model
        shape = model.outputs[output.name].output_shape if output.name else model.output_shape
        return traced_function(exported, found, [len(shape)] * 2, ["y_true", "y_pred"])
    raise NotTrainable(f"the loss {found!r} has no source that could be written.")


def traced_function(
    exported: Exported, function: Traced, ndims: list[int], parameters: list[str]
) -> str:
    """Write a user's function at the top of train.py; return its name."""
    inputs = [Placeholder((None,) * ndim) for ndim in ndims]
    with writing():
        result = function.function(*inputs)
    name = identifier(getattr(function.function, "__name__", ""), "function")
    module = exported.export.module_of_training
    name = module.top_names.claim(name)
    method = Method(
        name,
        [f"{parameter}: Tensor" for parameter in parameters],
        "Recorded: a line for each call.",
        names=variable_names(helper_table(), parameters),
    )
    layer: Any = Layer(name=name)
    owner = exported.export.owner
    site = Site(exported.export, owner, method, layer, parameters[0], None, "x")
    before = len(owner.attributes)
    names = dict(zip(map(id, inputs), parameters, strict=True))
    method.result = Recorder(site, names, True).write(result)
    if len(owner.attributes) != before:
        raise NotTrainable(f"the function {name} uses a variable or draws noise.")
    module.functions.append(method)
    return name


# Penalties and constraints


def penalty_lines(exported: Exported) -> list[str]:
    """Write the penalties on weights and outputs of layers."""
    lines = []
    for regularizer in exported.export.model.regularizers:
        kind = type(regularizer)
        if kind is regularizers.Regularizer:
            continue
        options = "".join(
            f", {name}={float(getattr(regularizer, name)):.7g}"
            for name in ("l1", "l2")
            if getattr(regularizer, name, 0)
        )
        if not options:
            continue
        if kind is regularizers.WeightRegularizer:
            weights = regularizer.p if isinstance(regularizer.p, (list, tuple)) else [regularizer.p]
            for name in dict.fromkeys(place(exported, weight)[0] for weight in weights):
                lines.append(f"weight_penalty(model.{name}{options})")
        elif kind is regularizers.ActivityRegularizer:
            output = exported.penalized[id(regularizer.layer)]
            lines.append(f'activity_penalty(extras["{output}"]{options})')
        else:
            raise NotTrainable(f"{kind.__name__} is a regularizer of your own.")
    return lines


def place(exported: Exported, variable: Any) -> tuple[str, Weight]:
    """Return the name of the weight that a variable became, with its axes."""
    found = exported.export.placed.get(id(variable))
    if found is None:
        raise NotTrainable("a regularizer or constraint is on a weight that is not exported.")
    return found


def axes_of(weight: Weight, axis: Any) -> str:
    """Return the axes of a weight for those that its variable has."""
    axes = [axis] if isinstance(axis, int) else list(axis)
    ndim = weight.parts[0].ndim
    order = list(weight.axes) if weight.axes is not None else list(range(ndim))
    moved = sorted(order.index(a % ndim) for a in axes if a % ndim in order)
    return str(moved[0]) if len(moved) == 1 else str(moved)


CONSTRAINTS: dict[type[Any], Callable[[Any, str, str], str]] = {
    constraints.MaxNorm: lambda c, name, axes: f"max_norm({name}, {literal(c.m)}, dim={axes})",
    constraints.UnitNorm: lambda c, name, axes: f"unit_norm({name}, dim={axes})",
    constraints.NonNeg: lambda c, name, axes: f"non_negative({name})",
}


def constraint_lines(exported: Exported) -> list[str]:
    """Write the constraints that are applied after each step."""
    model = exported.export.model
    lines = []
    for variable, constraint in zip(model.trainable_weights, model.constraints, strict=True):
        kind = type(constraint)
        if constraint is None or kind is constraints.Constraint:
            continue
        if kind not in CONSTRAINTS:
            raise NotTrainable(f"{kind.__name__} is a constraint of your own.")
        name, weight = place(exported, variable)
        axes = axes_of(weight, getattr(constraint, "axis", 0))
        value = CONSTRAINTS[kind](constraint, f"model.{name}", axes)
        lines.append(f"model.{name}.copy_({value})")
    return lines


# The optimizer


def optimizer_text(optimizer: Any) -> tuple[str, str]:
    """Return the call that makes the optimizer, and a remark."""
    kind = type(optimizer)
    if kind not in optimizers.OPTIMIZERS.values():
        if not kind.__module__.startswith("torch.optim"):
            raise NotTrainable(f"{kind.__name__} is an optimizer of your own.")
        taken = inspect.signature(kind).parameters
        given = {
            key: value
            for key, value in optimizer.defaults.items()
            if key in taken and isinstance(value, (bool, int, float, tuple))
        }
        options = ", ".join(f"{key}={literal(value)}" for key, value in given.items())
        return f"torch.optim.{kind.__name__}(params, {options})", ""
    names = [*optimizer.variables, *optimizer.constants]
    values = {name: getattr(optimizer, name) for name in names}
    texts = {
        name: repr(value) if isinstance(value, bool) else number(value)
        for name, value in values.items()
    }
    name = kind.__name__
    if name == "SGD":
        if not float(values["decay"]) and not float(values["momentum"]):
            return f"torch.optim.SGD(params, lr={texts['lr']})", ""
        texts = {key: text for key, text in texts.items() if text not in ("0.0", "False")}
    options = ", ".join(f"{key}={text}" for key, text in texts.items())
    if name == "Adadelta":
        options = f"lr={texts['lr']}, rho={texts['rho']}, eps={texts['epsilon']}"
        return f"torch.optim.Adadelta(params, {options})", ""
    return f"{name}(params, {options})", ""


def update_source(exported: Exported) -> str:
    """Write the function that constrains the weights after a step, if there is anything."""
    lines = constraint_lines(exported)
    if not lines:
        return ""
    body = [line for text in lines for line in laid_out(text, 4)]
    return "\n".join(
        [
            "@torch.no_grad()",
            f"def constrain(model: {exported.name}) -> None:",
            '    """Put the weights back where they may be."""',
            *body,
        ]
    )


def main_source(exported: Exported, random_state: bool, seed: int) -> str:
    """Write what runs when train.py is called."""
    optimizer = exported.export.model.optimizer
    made, _ = optimizer_text(optimizer)
    constrained = bool(constraint_lines(exported))
    clips = []
    if getattr(optimizer, "clipnorm", 0) > 0:
        clips.append(f"clip_norm(params, {number(optimizer.clipnorm)})")
    if getattr(optimizer, "clipvalue", 0) > 0:
        clips.append(f"clip_values(params, {number(optimizer.clipvalue)})")
    lines = ["def make_optimizer(model: nn.Module) -> torch.optim.Optimizer:"]
    lines += [
        '    """Return the optimizer that the model was compiled with."""',
        "    params = [p for p in model.parameters() if p.requires_grad]",
        *laid_out(f"return {made}", 4),
        "",
        "",
        "def train(",
        f"    model: {exported.name},",
        "    data: dict[str, np.ndarray],",
        "    validation: dict[str, np.ndarray] | None = None,",
        "    epochs: int = EPOCHS,",
        "    batch_size: int = BATCH_SIZE,",
        "    schedule: Callable[[int], float] | None = None,",
        ") -> dict[str, list[float]]:",
        '    """Train the model on arrays by their names, and return the history."""',
    ]
    if random_state:
        lines += [
            "    # The order of the data goes on from where NumPy was at the export.",
            '    state = np.load(HERE / "random_state.npz")',
            '    np.random.set_state(("MT19937", state["keys"], int(state["position"])))',
        ]
    else:
        lines.append(f"    np.random.seed({seed})")
    if exported.export.noisy:
        lines += [
            "    device = next(model.parameters()).device",
            "    for name, seeds in SEEDS.items():",
            "        model.get_submodule(name).seed(*seeds, device=device)",
        ]
    lines.append("    optimizer = make_optimizer(model)")
    extra = ""
    if clips or constrained:
        lines += ["", "    def update() -> None:"]
        if clips:
            lines.append('        params = optimizer.param_groups[0]["params"]')
        lines += indented([*clips, "optimizer.step()"], 8)
        if constrained:
            lines.append("        constrain(model)")
        lines.append("")
        extra = "        update=update,"
    lines += [
        "    return fit(",
        "        model,",
        "        loss,",
        "        optimizer,",
        "        data,",
        "        epochs=epochs,",
        "        batch_size=batch_size,",
        *([extra] if extra else []),
        "        validation=validation,",
        "        schedule=schedule,",
        "    )",
        "",
        "",
        "def main() -> None:",
        "    parser = argparse.ArgumentParser(description=__doc__)",
        '    parser.add_argument("data", type=Path, help="arrays as of numpy.savez")',
        '    parser.add_argument("--epochs", type=int, default=EPOCHS)',
        '    parser.add_argument("--batch-size", type=int, default=BATCH_SIZE)',
        '    parser.add_argument("--device", default="cpu", help="cpu, cuda, cuda:1, ...")',
        "    options = parser.parse_args()",
        "    arrays = dict(np.load(options.data))",
        "    validation = {",
        '        name.removeprefix("val_"): arrays.pop(name)',
        "        for name in list(arrays)",
        '        if name.startswith("val_")',
        "    }",
        f"    model = {exported.name}()",
        '    model.load_state_dict(load_file(HERE / "weights.safetensors"))',
        "    model.to(options.device)",
        "    train(model, arrays, validation or None, options.epochs, options.batch_size)",
        '    save_file(model.state_dict(), HERE / "trained.safetensors")',
    ]
    return "\n".join(lines)
