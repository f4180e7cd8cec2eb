"""theano.config: what scripts read and set. Only floatX has an effect.

Mirrors: Theano 0.8.2, configdefaults.py.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from .._names import suggest
from .._settings import settings
from ..backend.common import floatx, set_floatx

SECTIONS = "blas cuda dnn experimental gcc gpuarray lib nvcc numpy openmp_elemwise optdb scan "
SECTIONS += "tensor traceback unittests warn vm cxx_flags compute NanGuardMode DebugMode"

VALUES: dict[str, Any] = {
    "allow_gc": True,
    "base_compiledir": "",
    "cast_policy": "custom",
    "compiledir": "",
    "compute_test_value": "off",
    "cxx": "",
    "exception_verbosity": "low",
    "force_device": False,
    "init_gpu_device": "",
    "int_division": "int",
    "linker": "cvm",
    "mode": "Mode",
    "numpy": SimpleNamespace(),
    "on_unused_input": "raise",
    "openmp": False,
    "optimizer": "fast_run",
    "optimizer_excluding": "",
    "optimizer_including": "",
    "print_active_device": True,
    "profile": False,
    "profile_memory": False,
    "profile_optimizer": False,
    "root": "/usr/local/cuda",
    "warn_float64": "ignore",
}


class Config:
    """The settings by name; any can be set, and what is not known cannot be read."""

    def __init__(self) -> None:
        vars(self).update(VALUES)
        vars(self).update({name: SimpleNamespace() for name in SECTIONS.split()})
        vars(self)["lib"] = SimpleNamespace(cnmem=0.0)
        vars(self)["blas"] = SimpleNamespace(ldflags="")
        vars(self)["dnn"] = SimpleNamespace(enabled="False", conv=SimpleNamespace())
        vars(self)["gcc"] = SimpleNamespace(cxxflags="")
        vars(self)["nvcc"] = SimpleNamespace(fastmath=False, flags="")

    @property
    def floatX(self) -> str:
        """The float type of weights and inputs: K.floatx()."""
        return floatx()

    @floatX.setter
    def floatX(self, value: str) -> None:
        set_floatx(value)

    @property
    def device(self) -> str:
        """Where models live, "gpu" or "cpu"; `legacy_keras.settings` decides it."""
        return "gpu" if settings.torch_device().type == "cuda" else "cpu"

    @device.setter
    def device(self, value: str) -> None:
        pass

    def __getattr__(self, name: str) -> Any:
        known = [*vars(self), "floatX", "device"]
        raise AttributeError(f"theano.config has no {name!r}. {suggest(name, known)}")


config = Config()
