"""Drawing a model, as it was called before ``visualize_util``.

Mirrors: keras 0.1.2, utils/dot_utils.py (dropped in 0.1.3).
"""

from __future__ import annotations

from typing import Any

from . import visualize_util


class Grapher:
    """Draws models: ``Grapher().plot(model, 'model.png')``.

    The drawing is the one of ``visualize_util.plot``.
    """

    def plot(self, model: Any, to_file: str) -> None:
        """Draw a model into a PNG file.

        Raises:
            ImportError: if pydot is not installed.
            RuntimeError: if Graphviz is not installed.
        """
        visualize_util.plot(model, to_file)
