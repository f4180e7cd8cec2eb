"""Keras 0.3.3 on PyTorch: scripts of that time run unchanged and give the same numbers.

As in 0.3.3, ``import keras`` gives little more than a version: models, layers and the rest
are reached by importing them. Three names are new: `install`, which makes ``import keras``
mean this package, ``settings``, the switches that 0.3.3 did not have (``_settings.py``), and
`UnsafeModelError`, for files that ask for more than a model file may.
"""

from __future__ import annotations

from ._errors import UnsafeModelError as UnsafeModelError

TYPE_CHECKING = False  # typing takes longer to import than this module; see _runner/startup.py
if TYPE_CHECKING:
    from typing import Any

    from ._settings import settings as settings

# Keras's version, for scripts ask ``keras.__version__``. This distribution's own is
# importlib.metadata.version("legacy-keras").
__version__ = "0.3.3"


def install() -> None:
    """Make ``import keras`` give this package, here and in processes started from here.

    For a notebook or a conftest, before anything imports keras; a script needs no change:
    ``python -m legacy_keras script.py``. A second call does nothing.

    ``import theano`` gives the part of Theano that scripts of that time use, unless Theano is
    installed.

    Raises:
        ImportError: if another Keras is imported already.
    """
    from ._runner.alias import install as install_alias

    install_alias()


def load_ipython_extension(shell: Any) -> None:
    """Do for a notebook what the runner does for a script: ``%load_ext legacy_keras``."""
    from ._runner import notebook

    notebook.load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Leave further cells as they are: ``%unload_ext legacy_keras``."""
    from ._runner import notebook

    notebook.unload()


def __getattr__(name: str) -> Any:
    if name == "settings":  # on demand: it imports torch, which takes a second
        from ._settings import settings

        return settings
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
