"""The settings of legacy-keras: one object, a few switches, no global state besides.

What belongs here: choices that 0.3.3 did not offer (device, log style, fixes of its
quirks). What does not: ``floatx``, ``epsilon`` and the backend, which are 0.3.3's own
and live in ``backend/common.py``. ``keras.json`` is read here, once, for both.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import gc
import json
import os
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

# torch stays for good. A full garbage collection in the middle of importing this package would
# walk through all of it, for as long as the rest of the import takes.
gc.freeze()

# Numbers of glibc's mallopt, from malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3

LOG_STYLES = ("auto", "keras", "older", "tqdm", "epoch", "silent")

# Keys that only Keras 1 and later write: their file is not about this package.
LATER_KERAS_KEYS = {"image_dim_ordering", "image_data_format"}


def read_keras_json() -> dict[str, Any]:
    """Return the user's ``~/.keras/keras.json``, or ``{}`` if there is none for 0.3.3.

    A file written by Keras 1, 2 or 3 is skipped as a whole: its ``"backend":
    "tensorflow"`` would silently turn kernels round here. Nothing is ever written.
    """
    path = Path(os.path.expanduser("~")) / ".keras" / "keras.json"
    try:
        if path.stat().st_size > 1 << 16:
            raise ValueError("the file is larger than 64 KiB")
        values = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(values, dict):
            raise ValueError(f"expected an object, found {type(values).__name__}")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        warnings.warn(
            f"{path} could not be read ({error}); going on with the defaults. "
            'Expected an object such as {"floatx": "float32", "epsilon": 1e-07, '
            '"backend": "theano"}.',
            stacklevel=2,
        )
        return {}
    return {} if LATER_KERAS_KEYS & values.keys() else values


KERAS_JSON = read_keras_json()


def _from_environment(name: str, default: Any) -> Any:
    variable = f"LEGACY_KERAS_{name.upper()}"
    return os.environ.get(variable) or KERAS_JSON.get(name, default)


@dataclass
class Settings:
    """Switches that a user may set before compiling a model.

    Attributes:
        device: where models live: ``"cpu"``, ``"cuda"``, ``"cuda:1"``, or None for CUDA
            where there is one and else the CPU. Environment: ``LEGACY_KERAS_DEVICE``.
        log: what ``fit`` prints. ``"keras"``: what 0.3.3 printed, to the byte;
            ``"older"``: the form of its models page (``Epoch 0``, ``acc.:``, ``val. loss:``);
            ``"tqdm"``: a tqdm bar; ``"epoch"``: one line an epoch; ``"silent"``: nothing;
            ``"auto"``: tqdm in a notebook, else ``"keras"``. Environment:
            ``LEGACY_KERAS_LOG``.
        replay: whether a training step on the CPU may be recorded once and replayed, which
            gives the same numbers in less time.
        keep_memory: whether the C library may keep up to 64 MiB of what a batch freed for the
            next one, in the whole process. Compiling a model for the CPU asks it to.
        cuda_graph: whether a training step on an NVIDIA GPU may be captured as a CUDA graph and
            replayed, for batches of the same shape. Small models gain from it.
        bf16: whether layers may compute in bfloat16, with torch's automatic mixed precision;
            weights and losses stay float32. Numbers are not those of 0.3.3 then.
        compile: whether to compile the forward pass with ``torch.compile``, or the name of one
            of its backends. It needs a compiler on the machine.
        tf32: whether an NVIDIA GPU may round products to TF32, which is faster and exact
            to three digits. torch does that to convolutions unless told otherwise.
        update_merged: fix of a 0.3.3 defect. There, BatchNormalization inside another
            layer (a branch of ``Merge``, ``Siamese``, ``AutoEncoder``, ``TimeDistributed``)
            never updates its running statistics. True updates them.
        simplernn_regularizers: fix of a 0.3.3 defect. There, SimpleRNN with a regularizer of
            U or b and none of W cannot be built. True builds it, and penalises U and b.
        tensorboard_on_theano: fix of a 0.3.3 limit. There, the callback TensorBoard refuses to
            work with the backend of Theano. True lets it.
        max_weights: how many weights a configuration from a file may ask for, so that a
            line of text cannot fill the memory.
    """

    device: str | None = field(default_factory=lambda: _from_environment("device", None))
    log: str = field(default_factory=lambda: _from_environment("log", "auto"))
    replay: bool = True
    keep_memory: bool = True
    cuda_graph: bool = False
    bf16: bool = False
    compile: bool | str = False
    tf32: bool = False
    update_merged: bool = False
    simplernn_regularizers: bool = False
    tensorboard_on_theano: bool = False
    max_weights: int = 1 << 28

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.__dataclass_fields__:
            known = ", ".join(self.__dataclass_fields__)
            raise AttributeError(f"no setting {name!r}; the settings are {known}")
        if name == "log" and value not in LOG_STYLES:
            raise ValueError(f"settings.log got {value!r}; expected one of {', '.join(LOG_STYLES)}")
        super().__setattr__(name, value)

    def torch_device(self) -> torch.device:
        """Return the device that models compiled now go to."""
        if self.device is not None:
            return torch.device(self.device)
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")

    def prepare_device(self, device: torch.device) -> None:
        """Tell torch how exactly to compute on a device, and the CPU what memory to keep."""
        if device.type == "cuda":
            torch.backends.cudnn.allow_tf32 = self.tf32
            torch.backends.cuda.matmul.allow_tf32 = self.tf32
        elif device.type == "cpu" and self.keep_memory:
            _keep_freed_memory()


@functools.cache
def _keep_freed_memory() -> None:
    """Let glibc keep some of the memory that is freed, unless the environment says how much.

    By default it gives the memory of a batch back to the system, which hands it out again for
    the next one, zeroed page by page. In a small convolutional network that is a fifth of the
    time.
    """
    if any(name in os.environ for name in ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_")):
        return
    with contextlib.suppress(OSError, AttributeError, TypeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_THRESHOLD, 32 << 20)
        mallopt(M_TRIM_THRESHOLD, 64 << 20)


settings = Settings()
