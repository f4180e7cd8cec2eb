"""Writers of convolution, pooling, upsampling and padding.

Kernels are turned round here once, where Theano turned them at every step; torch does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import backend as K
from ..backend._convolution import same_padding
from ..layers import convolutional
from ..layers.convolutional import _Pooling, _Pooling1D, _UpSampling, _ZeroPadding
from .names import literal
from .simple import applied
from .writing import Site, Weight, writes


def theano() -> bool:
    """Whether layers compute as on Theano: kernels turned round, its padding."""
    return bool(K._BACKEND == "theano")


def sizes(numbers: Sequence[int]) -> str:
    """Write sizes for torch: one number where all are equal."""
    same = len(set(numbers)) == 1
    return literal(numbers[0] if same else tuple(numbers))


def flat_pads(pads: Sequence[tuple[int, int]], skipped: int = 0) -> str:
    """Write (before, after) of each axis as torch.nn.functional.pad takes them."""
    numbers = [0] * (2 * skipped)
    for before, after in reversed(pads):
        numbers += [before, after]
    return literal(tuple(numbers))


def channels_first(site: Site) -> tuple[str, str]:
    """Return the input with channels second, and what puts the output's back."""
    if site.layer.dim_ordering == "th":
        return site.x, ""
    return f"{site.x}.movedim(-1, 1)", ".movedim(1, -1)"


def tensorflow_pads(site: Site, windows: Sequence[int], strides: Sequence[int]) -> Any:
    """Return TensorFlow's padding for ``same``."""
    spans = list(zip(site.layer.spatial_sizes(), windows, strides, strict=True))
    if any(n is None and s != 1 for n, _, s in spans):
        raise site.refuse(
            "border_mode='same' pads by the size of the input, which is not fixed. Give the model "
            "an input_shape with all sizes."
        )
    return [same_padding(n or w, w, s) for n, w, s in spans]


@writes(convolutional.Convolution2D, convolutional.Convolution3D)
def convolution(site: Site) -> str:
    layer = site.layer
    nb_axes = len(layer.window)
    axes = tuple(range(nb_axes + 2))
    if layer.dim_ordering == "tf":
        axes = (nb_axes + 1, nb_axes, *range(nb_axes))
    x, back = channels_first(site)
    return convolve(site, f"Conv{nb_axes}d", x, axes, layer.window, layer.subsample, back)


@writes(convolutional.Convolution1D)
def convolution_1d(site: Site) -> str:
    layer = site.layer
    x = f"{site.x}.transpose(1, 2)"
    window, stride = [layer.filter_length], [layer.subsample_length]
    return convolve(site, "Conv1d", x, (0, 1, 2), window, stride, ".transpose(1, 2)")


def convolve(
    site: Site,
    kind: str,
    x: str,
    axes: Sequence[int],
    window: Sequence[int],
    strides: Sequence[int],
    back: str,
) -> str:
    """Write a convolution of an input with channels second."""
    layer = site.layer
    flips = range(2, 2 + len(window)) if theano() else ()
    weight = Weight([layer.W], axes, tuple(flips))
    nb_out, nb_in = weight.tensor().shape[:2]
    options = [str(nb_in), str(nb_out), sizes(window)]
    if set(strides) != {1}:
        options.append(f"stride={sizes(strides)}")
    pads = convolution_pads(site, window, strides)
    if all(before == after for before, after in pads):
        if any(before for before, _ in pads):
            options.append(f"padding={sizes([before for before, _ in pads])}")
    else:
        x = site.let(f"F.pad({x}, {flat_pads(pads)})")
    value = f"nn.{kind}({', '.join(options)})"
    name = site.attribute(value, {"weight": weight, "bias": Weight([layer.b])})
    turned = "kernels turned round, as Theano convolves" if flips else ""
    site.report(f"`{name}` = `{value}`", turned)
    return applied(site, f"{name}({x}){back}", len(layer.output_shape))


def convolution_pads(
    site: Site, window: Sequence[int], strides: Sequence[int]
) -> list[tuple[int, int]]:
    """Return (before, after) of each axis, so that no output has to be cut off."""
    if site.layer.border_mode == "valid":
        return [(0, 0)] * len(window)
    if not theano():
        if len(window) == 1:  # an image of one column
            layer = site.layer
            steps = layer.input_shape[1]
            if steps is None and strides[0] != 1:
                raise site.refuse("border_mode='same' with strides needs a fixed input_length.")
            return [same_padding(steps or window[0], window[0], strides[0])]
        return list(tensorflow_pads(site, window, strides))
    if len(window) == 3:  # the longer half of an even window goes behind
        return [((w - 1) // 2, w // 2) for w in window]
    return [(w // 2, (w - 1) // 2) for w in window]


# Pooling


@writes(_Pooling1D)
def pooling_1d(site: Site) -> str:
    layer = site.layer
    x = f"{site.x}.transpose(1, 2)"
    if layer.border_mode == "same":
        raise site.refuse("border_mode='same' fails in one dimension on Theano.")
    window, stride = [layer.pool_length], [layer.stride]
    return pool(site, "1d", x, window, stride, ".transpose(1, 2)")


@writes(_Pooling)
def pooling(site: Site) -> str:
    layer = site.layer
    x, back = channels_first(site)
    return pool(site, f"{len(layer.pool_size)}d", x, layer.pool_size, layer.strides, back)


def pool(
    site: Site, kind: str, x: str, window: Sequence[int], strides: Sequence[int], back: str
) -> str:
    """Write pooling of an input with channels second."""
    layer = site.layer
    options = sizes(window)
    if tuple(window) != tuple(strides):
        options += f", stride={sizes(strides)}"
    pads: list[tuple[int, int]] = []
    if layer.border_mode == "same":
        pads = same_pool_pads(site, window, strides)
        back = cut(site, pads, window, strides) + back
    if layer.pool_mode == "max":
        value = f"MaxPool{kind}({options})"
        if any(map(any, pads)):
            x = site.let(f'F.pad({x}, {flat_pads(pads)}, value=float("-inf"))')
    elif any(map(any, pads)):
        value = f"PaddedAvgPool{kind}({options}, padding={flat_pads(pads)})"
    else:
        value = f"nn.AvgPool{kind}({options})"
    name = site.attribute(value, {})
    site.report(f"`{name}` = `{value}`")
    return f"{name}({x}){back}"


def same_pool_pads(
    site: Site, window: Sequence[int], strides: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the padding of pooling with ``same``."""
    if not theano():
        return list(tensorflow_pads(site, window, strides))
    # 0.3.3 on Theano pads so much on both sides and cuts off what is too long.
    width = [max(w - 2 if w % 2 else w - 1, 0) for w in window]
    return [(p, p) for p in width]


def cut(site: Site, pads: Any, window: Sequence[int], strides: Sequence[int]) -> str:
    """Return the index that cuts a pooled output to ceil(size / stride), if it is longer."""
    inputs = site.layer.spatial_sizes()
    if None in inputs:
        raise site.refuse(
            "border_mode='same' cuts by the size of the input, which is not fixed. Give the model "
            "an input_shape with all sizes."
        )
    wanted, spans = [], []
    for n, w, s, (before, after) in zip(inputs, window, strides, pads, strict=True):
        length = (n + before + after - w) // s + 1
        wanted.append(-(-n // s))
        spans.append(length > wanted[-1])
    if not any(spans):
        return ""
    parts = [f":{size}" if longer else ":" for size, longer in zip(wanted, spans, strict=True)]
    return f"[:, :, {', '.join(parts)}]"


# Upsampling and padding


@writes(convolutional.UpSampling1D)
def upsampling_1d(site: Site) -> str:
    value = f"nn.Upsample(scale_factor={literal(site.layer.length)})"
    name = site.attribute(value, {})
    site.report(f"`{name}` = `{value}`")
    return f"{name}({site.x}.transpose(1, 2)).transpose(1, 2)"


@writes(_UpSampling)
def upsampling(site: Site) -> str:
    x, back = channels_first(site)
    value = f"nn.Upsample(scale_factor={sizes(site.layer.size)})"
    name = site.attribute(value, {})
    site.report(f"`{name}` = `{value}`")
    return f"{name}({x}){back}"


@writes(convolutional.ZeroPadding1D)
def padding_1d(site: Site) -> str:
    site.report("`F.pad`")
    return f"F.pad({site.x}, {flat_pads([(site.layer.padding,) * 2], skipped=1)})"


@writes(_ZeroPadding)
def padding(site: Site) -> str:
    layer = site.layer
    site.report("`F.pad`")
    skipped = 0 if layer.dim_ordering == "th" else 1
    return f"F.pad({site.x}, {flat_pads([(p, p) for p in layer.padding], skipped)})"
