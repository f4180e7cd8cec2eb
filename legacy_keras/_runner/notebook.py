"""``%load_ext legacy_keras``: the cells of a notebook run as the runner runs a script.

``import keras`` gives this package, modules beside the notebook are its own, and from the first
cell on that only Python 2 can read, cells are Python 2.
"""

from __future__ import annotations

import ast
import builtins
from typing import Any

from .alias import install
from .loading import Program, builtins_module


class Cells:
    """Translates the cells of an IPython shell.

    Args:
        shell: an ``IPython.core.interactiveshell.InteractiveShell``.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.program = Program()
        self.program.install()
        shell.user_ns["__builtins__"] = builtins_module(python2=False)
        shell.input_transformers_post.append(self.translate)
        shell.ast_transformers.append(self)

    def remove(self) -> None:
        """Leave further cells as they are."""
        self.shell.user_ns["__builtins__"] = builtins
        self.shell.input_transformers_post.remove(self.translate)
        self.shell.ast_transformers.remove(self)

    def translate(self, lines: list[str]) -> list[str]:
        """Return the lines of a cell as Python 3."""
        source = "".join(lines)
        if not self.program.python2 and _is_python3(source):
            return lines
        from . import translate

        try:
            translation = translate.translate(source, "<cell>")
        except translate.NotPython2:
            return lines
        except ImportError as error:
            raise SyntaxError(str(error)) from None
        if not self.program.python2:
            self.program.python2 = True
            self.shell.user_ns["__builtins__"] = builtins_module(python2=True)
        return translation.text.splitlines(keepends=True)

    def visit(self, tree: ast.Module) -> ast.Module:
        """Let a cell ask for attributes of the era, as IPython's transformers of trees do."""
        self.program.rewrite(tree)
        return tree


def _is_python3(source: str) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True


loaded: Cells | None = None


def load(shell: Any) -> None:
    """Begin to translate the cells of a shell; what ``%load_ext`` asks for."""
    global loaded
    install()
    loaded = Cells(shell)


def unload() -> None:
    """End it; what has been imported stays."""
    global loaded
    if loaded is not None:
        loaded.remove()
    loaded = None
