"""Writers of layers of one input, but for convolution, recurrence and containers."""

from __future__ import annotations

from typing import Any

import torch

from .. import activations
from .._symbolic.trace import Traced
from ..layers import (
    advanced_activations,
    core,
    embeddings,
    noise,
    normalization,
)
from ..layers._base import Layer, MaskedLayer
from .calls import resolved_name
from .names import literal
from .programs import write_function
from .writing import Site, Weight, masks, writes

# Name of an activation -> how it is applied, and what it is called as an argument.
ACTIVATIONS = {
    "softmax": ("F.softmax({}, -1)", "softmax"),
    "softplus": ("F.softplus({})", "F.softplus"),
    "relu": ("relu({})", "relu"),
    "tanh": ("torch.tanh({})", "torch.tanh"),
    "sigmoid": ("torch.sigmoid({})", "torch.sigmoid"),
    "hard_sigmoid": ("hard_sigmoid({})", "hard_sigmoid"),
    "linear": ("{}", "identity"),
}
KNOWN = {activations.ACTIVATIONS[name]: texts for name, texts in ACTIVATIONS.items()}


def activation(site: Site, function: Any, ndim: int) -> tuple[str, str]:
    """Return the template that applies an activation, and its name."""
    if function in KNOWN:
        return KNOWN[function]
    name: str | None
    if isinstance(function, Traced):
        name = write_function(site, function, ndim)
    else:
        name = resolved_name(function)
        if name is None:
            raise site.refuse(f"its activation {function!r} is no function of K or torch.")
    return f"{name}({{}})", name


def applied(site: Site, value: str, ndim: int) -> str:
    """Return a value with the layer's activation around it."""
    return activation(site, site.layer.activation, ndim)[0].format(value)


def linear_state(W: Any, b: Any) -> dict[str, Any]:
    """Return the state of an nn.Linear, whose weight is the transpose."""
    return {"weight": Weight([W], (1, 0)), "bias": Weight([b])}


@writes(Layer, core.ActivityRegularization, core.SiameseHead)
def nothing(site: Site) -> str:
    return str(site.x)


@writes(core.Dense, core.TimeDistributedDense)
def dense(site: Site) -> str:
    layer = site.layer
    value = f"nn.Linear({layer.W.shape[0]}, {layer.W.shape[1]})"
    name = site.attribute(value, linear_state(layer.W, layer.b))
    site.report(f"`{name}` = `{value}`", "weight transposed")
    return applied(site, f"{name}({site.x})", len(layer.output_shape))


@writes(core.Activation)
def plain_activation(site: Site) -> str:
    template, name = activation(site, site.layer.activation, len(site.layer.input_shape or "??"))
    site.report(f"`{name}`")
    return site.around_input(template)


@writes(core.Dropout)
def dropout(site: Site) -> str:
    layer = site.layer
    if site.testing or not layer.p > 0:
        site.report("nothing", "drops nothing here")
        return str(site.x)
    return noisy(site, f"Dropout({literal(layer.p)})")


@writes(noise.GaussianNoise)
def gaussian_noise(site: Site) -> str:
    if site.testing or site.layer.sigma == 0:
        return nothing(site)
    return noisy(site, f"GaussianNoise({literal(site.layer.sigma)})")


@writes(noise.GaussianDropout)
def gaussian_dropout(site: Site) -> str:
    if site.testing:
        return nothing(site)
    return noisy(site, f"GaussianDropout({literal(site.layer.p)})")


def noisy(site: Site, value: str) -> str:
    """Write a layer that draws noise and has no weights."""
    name = site.attribute(value, {})
    site.noise(name)
    site.report(f"`{name}` = `{value}`", "draws from a generator of its own, once seeded")
    return f"{name}({site.x})"


@writes(core.MaxoutDense)
def maxout(site: Site) -> str:
    layer = site.layer
    nb_feature, nb_in, nb_out = layer.W.shape
    value = f"MaxoutDense({nb_in}, {nb_out}, {nb_feature})"
    state = {"weight": Weight([layer.W], (0, 2, 1)), "bias": Weight([layer.b])}
    name = site.attribute(value, state)
    site.report(f"`{name}` = `{value}`")
    return f"{name}({site.x})"


@writes(core.Highway)
def highway(site: Site) -> str:
    layer = site.layer
    function = activation(site, layer.activation, 2)[1]
    value = f"Highway({layer.W.shape[0]}, {function})"
    pairs = {"transform": (layer.W, layer.b), "gate": (layer.W_carry, layer.b_carry)}
    state = {
        f"{part}.{key}": weight
        for part, pair in pairs.items()
        for key, weight in linear_state(*pair).items()
    }
    name = site.attribute(value, state)
    site.report(f"`{name}` = `{value}`")
    return f"{name}({site.x})"


# Shapes


@writes(core.Reshape)
def reshape(site: Site) -> str:
    sizes = ", ".join(map(literal, site.layer.output_shape[1:]))
    site.report("`reshape`")
    return f"{site.x}.reshape(-1, {sizes})" if sizes else f"{site.x}.reshape(-1)"


@writes(core.Permute)
def permute(site: Site) -> str:
    site.report("`permute`")
    return f"{site.x}.permute(0, {', '.join(map(literal, site.layer.dims))})"


@writes(core.Flatten)
def flatten(site: Site) -> str:
    site.report("`flatten`")
    return f"{site.x}.flatten(1)"


@writes(core.RepeatVector)
def repeat(site: Site) -> str:
    site.report("`expand`")
    return f"{site.x}.unsqueeze(1).expand(-1, {literal(site.layer.n)}, -1)"


@writes(core.TimeDistributedMerge)
def merge_steps(site: Site) -> str:
    reductions = {"sum": "sum", "ave": "mean", "mul": "prod"}
    if site.layer.mode not in reductions:
        raise site.refuse(f"mode={site.layer.mode!r} is none of sum, ave and mul.")
    site.report(f"`{reductions[site.layer.mode]}`")
    return f"{site.x}.{reductions[site.layer.mode]}(1)"


# Masks


@masks(MaskedLayer)
def same_mask(site: Site) -> str | None:
    return site.mask


@masks(core.Masking)
def mask_of_steps(site: Site) -> str:
    return f"({site.x} != {literal(site.layer.mask_value)}).any(-1)"


@writes(core.Masking)
def masking(site: Site) -> str:
    site.report("a mask", "steps whose features all equal the mask value are skipped")
    return f"{site.x} * {site.own_mask}.unsqueeze(-1)"


@masks(embeddings.Embedding)
def mask_of_zeros(site: Site) -> str | None:
    return f"{site.x} != 0" if site.layer.mask_zero else None


# Embeddings


@writes(embeddings.Embedding)
def embedding(site: Site) -> str:
    layer = site.layer
    rows, size = layer.W.shape
    state = {"weight": Weight([layer.W])}
    if layer.dropout and not site.testing:
        value = f"DroppingEmbedding({rows}, {size}, dropout={literal(layer.dropout)})"
        name = site.attribute(value, state)
        site.noise(name)
    elif layer.dropout:
        raise site.refuse("its dropout has no effect where a TimeDistributed holds it.")
    else:
        value = f"nn.Embedding({rows}, {size})"
        name = site.attribute(value, state)
    site.report(f"`{name}` = `{value}`", "0 is masked" if layer.mask_zero else "")
    return f"{name}({site.x}.long())"


@writes(embeddings.WordContextProduct)
def word_context(site: Site) -> str:
    layer = site.layer
    rows, size = layer.W_w.shape
    value = f"WordContextProduct({rows}, {size})"
    state = {"word.weight": Weight([layer.W_w]), "context.weight": Weight([layer.W_c])}
    name = site.attribute(value, state)
    site.report(f"`{name}` = `{value}`")
    return applied(site, f"{name}({site.x}.long())", 2)


# Normalization


@writes(normalization.BatchNormalization)
def batch_normalization(site: Site) -> str:
    layer = site.layer
    ndim = len(layer.input_shape)
    weights: dict[str, Any] = {"weight": Weight([layer.gamma]), "bias": Weight([layer.beta])}
    if layer.mode == 1:
        value = f"SampleNorm({layer.gamma.shape[0]}, eps={literal(layer.epsilon)})"
        name = site.attribute(value, weights)
        site.report(f"`{name}` = `{value}`")
        return f"{name}({site.x})"
    if ndim not in (2, 3, 4, 5) or layer.axis % ndim == 0:
        raise site.refuse(f"torch has no batch normalization of axis {layer.axis} of {ndim} axes.")
    mean, std = (
        buffer.detach().as_subclass(torch.Tensor).clone()
        for buffer in (layer.running_mean, layer.running_std)
    )
    kind = f"BatchNorm{max(1, ndim - 2)}d"
    if bool((std + layer.epsilon < 0).any()):  # set by hand: there is no such variance
        kind = "StdNorm"
        weights |= {"running_mean": mean, "running_std": std}
    else:
        variance = ((std.double() + layer.epsilon).square() - layer.epsilon).to(std.dtype)
        weights |= {"running_mean": mean, "running_var": variance}
        weights["num_batches_tracked"] = torch.tensor(0)
    options = f"{layer.gamma.shape[0]}, eps={literal(layer.epsilon)}"
    remark = "its running statistic is the standard deviation, kept in running_var"
    comment = ""
    if site.testing:
        torchs = "" if kind == "StdNorm" else "nn."
        value = f"Frozen({torchs}{kind}({options}))"
        weights = {f"layer.{key}": weight for key, weight in weights.items()}
        comment = "Computes as in tests also in training, as in TimeDistributed."
    else:
        moving = id(layer) in site.export.updating
        momentum = round(1 - layer.momentum, 12) if moving else 0.0
        value = f"{kind}({options}, momentum={literal(momentum)})"
        if not moving:
            comment = "Keras 0.3.3 never moves the running statistics of this one."
    name = site.attribute(value, weights, comment=comment)
    site.report(f"`{name}` = `{value}`", remark)
    axis = layer.axis % ndim
    if axis == 1:
        return f"{name}({site.x})"
    there, back = f"movedim({axis - ndim}, 1)", f"movedim(1, {axis - ndim})"
    return f"{name}({site.x}.{there}).{back}"


@writes(normalization.LRN2D)
def local_response(site: Site) -> str:
    layer = site.layer
    options = {"alpha": layer.alpha * layer.n, "beta": layer.beta, "k": float(layer.k)}
    texts = ", ".join(f"{key}={literal(number)}" for key, number in options.items())
    value = f"nn.LocalResponseNorm({literal(layer.n)}, {texts})"
    name = site.attribute(value, {}, comment="torch divides alpha by the number of channels.")
    site.report(f"`{name}` = `{value}`")
    return f"{name}({site.x})"


# Activations with parameters, and with weights


@writes(advanced_activations.LeakyReLU)
def leaky_relu(site: Site) -> str:
    site.report("`leaky_relu`")
    return f"leaky_relu({site.x}, {literal(site.layer.alpha)})"


@writes(advanced_activations.ELU)
def elu(site: Site) -> str:
    site.report("`elu`")
    return f"elu({site.x}, {literal(site.layer.alpha)})"


@writes(advanced_activations.ThresholdedLinear)
def thresholded_linear(site: Site) -> str:
    site.report("`torch.where`")
    return f"torch.where({site.x}.abs() < {literal(site.layer.theta)}, 0.0, {site.x})"


@writes(advanced_activations.ThresholdedReLU)
def thresholded_relu(site: Site) -> str:
    site.report("`torch.where`")
    return f"torch.where({site.x} > {literal(site.layer.theta)}, {site.x}, 0.0)"


def place_by_place(site: Site, kind: str, **weights: Any) -> str:
    """Write an activation with a weight for each place in a sample."""
    shape = tuple(next(iter(weights.values())).shape)
    value = f"{kind}({', '.join(map(str, shape))})"
    name = site.attribute(value, {key: Weight([w]) for key, w in weights.items()})
    site.report(f"`{name}` = `{value}`")
    return f"{name}({site.x})"


@writes(advanced_activations.PReLU)
def prelu(site: Site) -> str:
    return place_by_place(site, "PReLU", weight=site.layer.alphas)


@writes(advanced_activations.ParametricSoftplus)
def parametric_softplus(site: Site) -> str:
    layer = site.layer
    return place_by_place(site, "ParametricSoftplus", alpha=layer.alphas, beta=layer.betas)


@writes(advanced_activations.SReLU)
def srelu(site: Site) -> str:
    layer = site.layer
    return place_by_place(
        site,
        "SReLU",
        left=layer.t_left,
        left_slope=layer.a_left,
        right=layer.t_right,
        right_slope=layer.a_right,
    )
