"""Writers of containers, merges, shared layers and wrappers of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..layers import containers, core, wrappers
from ..layers._merge import JoiningLayer
from ..layers._siamese import SiameseHead
from .calls import einsum
from .names import identifier, literal, quoted
from .programs import write_lambda
from .writing import Site, masks, writes

Value = Any  # the name of a tensor, a list of names, or a dict of names for a join


@masks(JoiningLayer, containers.Container)
def no_mask(site: Site) -> None:
    return None


# Containers


@writes(containers.Sequential)
def sequential(site: Site) -> str:
    return stack(site)[0]


def stack(site: Site) -> tuple[str, str | None]:
    """Write the layers of a Sequential; return output and mask."""
    x, mask = site.x, site.mask
    for layer in site.layer.layers:
        x, mask = site.use(layer, x, mask, site.target)
    return x, mask


@writes(containers.Graph)
def graph(site: Site) -> str:
    outputs = nodes(site)
    if len(outputs) == 1:
        return str(next(iter(outputs.values()))[0])
    pairs = ", ".join(f"{quoted(name)}: {output}" for name, (output, _) in outputs.items())
    return f"{{{pairs}}}"


def nodes(site: Site) -> dict[str, tuple[str, str | None]]:
    """Write the nodes of a Graph; return output and mask of each output by name."""
    layer = site.layer
    inputs = site.x if isinstance(site.x, list) else [site.x]
    results: dict[int, tuple[Any, str | None]] = {
        id(layer.inputs[name]): (x, site.mask)
        for name, x in zip(layer.input_order, inputs, strict=True)
    }
    node_names = {id(node): name for name, node in layer.nodes.items()}
    output_names = {id(layer.outputs[name]): name for name in layer.output_order}
    readers = {source: node for node, sources in layer._plan for source in sources}
    for node, sources in layer._plan:
        read = [results[source] for source in sources]
        reader = node_names.get(id(readers.get(id(node))), "merged")
        wanted = node_names.get(id(node)) or output_names.get(id(node)) or f"{reader}_input"
        results[id(node)] = one_node(site, node, read, wanted)
    return {name: results[id(layer.outputs[name])] for name in layer.output_order}


def one_node(
    site: Site, node: Any, read: list[tuple[Any, str | None]], wanted: str
) -> tuple[Any, str | None]:
    """Write a node or merge of a Graph, given the outputs and masks that it reads."""
    values = [value for value, _ in read]
    if isinstance(node, core.Siamese):
        results = shared(site, node, values, identifier(wanted))
        if node.merge_mode is None:
            return results, None
        merged = merge(site, node, node.merge_mode, results, node.inputs)
        return named(site, merged, wanted), None
    if isinstance(node, core.Merge):
        return named(site, merge(site, node, node.mode, values, node.layers), wanted), None
    ((x, mask),) = read
    if isinstance(node, SiameseHead):
        return x[node.head], None
    return site.use(node, x, mask, site.method.variable(identifier(wanted, "node")))


def named(site: Site, value: Value, wanted: str) -> Value:
    """Give a merged value a name, but for a dict."""
    if not isinstance(value, str):
        return value
    return site.method.let(site.method.variable(identifier(wanted)), value)


# Merges


def merge(site: Site, layer: Any, mode: str, values: list[str], layers: Sequence[Any]) -> Value:
    """Return the expression that merges some values; a dict of names for a join."""
    if mode == "join":
        return {each.name: value for each, value in zip(layers, values, strict=True)}
    if mode == "concat":
        return f"torch.cat([{', '.join(values)}], {literal(layer.concat_axis)})"
    if mode in ("dot", "cos"):
        return contracted(site, layer, mode, values)
    text = (" * " if mode == "mul" else " + ").join(values)
    return f"({text}) / {len(values)}" if mode == "ave" else text


def contracted(site: Site, layer: Any, mode: str, values: list[str]) -> str:
    """Return the expression of a dot or cos merge."""
    a, b = values
    siamese = isinstance(layer, core.Siamese)
    if siamese:
        shapes = [layer.get_output_shape(head) for head in range(2)]
        layer.get_output_shape(0)
    else:
        shapes = [each.output_shape for each in layer.layers]
    ndims = [len(shape) for shape in shapes]
    equation = einsum(ndims, layer.dot_axes)
    value = f'torch.einsum("{equation}", {a}, {b})'
    if mode == "cos":
        value = cosine(site, value, layer.dot_axes, ndims, values)
    if siamese:
        return f"{value}.unsqueeze(-1)"
    return value if len(equation.partition("->")[2]) > 1 else f"{value}.unsqueeze(1)"


def cosine(
    site: Site, product: str, dot_axes: Any, ndims: Sequence[int], values: Sequence[str]
) -> str:
    """Write the product of two values divided by their lengths; return its name."""
    squares = [
        f'torch.einsum("{einsum([n, n], dot_axes)}", {value}, {value})'
        for n, value in zip(ndims, values, strict=True)
    ]
    lengths = site.method.let(site.method.variable("lengths"), squares[0])
    site.method.let(lengths, f"{lengths} * {squares[1]}")
    name = site.method.variable("similarity")
    return site.method.let(name, f"{product} / torch.sqrt({lengths})")


def branches(site: Site, layers: Sequence[Any]) -> list[str]:
    """Write the branches of a layer, each with its share of the inputs."""
    inputs = site.x if isinstance(site.x, list) else [site.x]
    feeds = dict(zip(map(id, site.layer.input_layers), inputs, strict=True))
    outputs: list[str] = []
    for branch in layers:
        own = [feeds[id(layer)] for layer in branch.input_layers]
        used_again = sum(feeds[id(i)] == own[0] for b in layers for i in b.input_layers) > 1
        if len(own) > 1 or used_again:
            target = site.method.variable(identifier(f"{branch_name(branch)}_output"))
        else:
            target = own[0]
        outputs.append(site.use(branch, own[0] if len(own) == 1 else own, None, target)[0])
    return outputs


def branch_name(branch: Any) -> str:
    """Return the name of a branch, if it has one of its own."""
    name = str(branch.name)
    return "branch" if name == type(branch).__name__.lower() else name


@writes(core.Merge)
def merge_layer(site: Site) -> Value:
    layer = site.layer
    outputs = branches(site, layer.layers)
    site.report(f"merge by `{layer.mode}`")
    return merge(site, layer, layer.mode, outputs, layer.layers)


@writes(core.LambdaMerge)
def lambda_merge(site: Site) -> str:
    outputs = branches(site, site.layer.layers)
    return write_lambda(site, outputs)


@writes(core.Siamese)
def siamese(site: Site) -> Value:
    layer = site.layer
    if layer.merge_mode is None:  # in a Sequential: the one input in front of it
        return site.use(layer.layer, site.x, None, site.target)[0]
    outputs = branches(site, layer.inputs)
    results = shared(site, layer, outputs, site.target)
    site.report(f"one layer for all, merged by `{layer.merge_mode}`")
    return merge(site, layer, layer.merge_mode, results, layer.inputs)


def shared(site: Site, layer: Any, values: list[str], name: str) -> list[str]:
    """Write one layer applied to several values; return the names of the results."""
    results = []
    for i, value in enumerate(values, 1):
        target = site.method.variable(f"{name}_{i}")
        results.append(site.use(layer.layer, value, None, target)[0])
    return results


@writes(core.AutoEncoder)
def auto_encoder(site: Site) -> str:
    layer = site.layer
    hidden, _ = site.use(layer.encoder, site.x, site.mask, site.target)
    if not layer.output_reconstruction:
        site.report("its encoder", "the decoder is not part of the output, and left out")
        return hidden
    site.report("its encoder, then its decoder")
    return site.use(layer.decoder, hidden, None, site.target)[0]


# Each time step


@writes(wrappers.TimeDistributed)
def time_distributed(site: Site) -> str:
    inner = site.layer.layer
    if site.layer.input_shape[0]:
        return step_by_step(site, inner)
    # As in 0.3.3 the steps are one batch, and the layer in test mode.
    testing = site.testing
    steps = site.method.let(
        site.method.variable("steps") if "steps" not in site.method.names.taken else "steps",
        f"{site.x}.flatten(0, 1)",
    )
    site.testing = True
    output, _ = site.use(inner, steps, None, steps)
    site.testing = testing
    site.report("all steps as one batch", "the layer computes as in tests, as in 0.3.3")
    return f"{output}.unflatten(0, {site.x}.shape[:2])"


def step_by_step(site: Site, inner: Any) -> str:
    """Write a layer that is applied to one step after another, in a method of its own."""
    name = site.made("step")
    if name is None:
        inside = site.new_method(f"one_step_of_{inner.name}", ["x"], "Compute one time step.")
        name = site.keep("step", inside.method.name)
        inside.method.result, _ = inside.use(inner, "x", None, "x")
    site.report("one step after another", "a masked step repeats the one before")
    mask = f", {site.mask}" if site.mask else ""
    return f"each_step(self.{name}, {site.x}{mask})"
