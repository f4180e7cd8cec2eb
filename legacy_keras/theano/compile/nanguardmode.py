"""theano.compile.nanguardmode: accepted without effect."""

from __future__ import annotations

from .._names import missing
from .mode import Mode


class NanGuardMode(Mode):
    """Accepted wherever a mode is, without effect."""

    def __init__(
        self, nan_is_error: bool = True, inf_is_error: bool = True, big_is_error: bool = True
    ) -> None:
        super().__init__()


__getattr__ = missing(__name__)
