"""What each start of Python does in an environment where ``legacy-keras enable`` was called.

Next to nothing: it reads the script that Python is about to run. If that imports keras, Python
starts again as ``python -m legacy_keras script.py``, which sees all of it, Python 2 source too.
In notebooks, modules and code given by -c, a finder waits for ``import keras``. Until then nothing
is imported here that Python has not imported by itself.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

ROOTS = ("keras", "theano")


def begin() -> None:
    """Hand a script that imports keras to the runner; wait for ``import keras`` elsewhere."""
    if any(isinstance(finder, WaitingFinder) for finder in sys.meta_path):
        return  # where lib64 is lib, a .pth file is read twice
    script = sys.argv[0] if sys.argv else ""
    if os.name == "posix" and _is_script(script) and _imports_keras(script, set()):
        own = len(sys.orig_argv) - len(sys.argv)  # Python's options stand before the script
        before, after = sys.orig_argv[1:own], sys.orig_argv[own:]
        os.execv(sys.executable, [sys.executable, *before, "-m", "legacy_keras", *after])
    sys.meta_path.insert(0, WaitingFinder())


def _is_script(path: str) -> bool:
    """Tell a script of the user from -c, -m, and what pip has installed."""
    return os.path.isfile(path) and not os.path.abspath(path).startswith(sys.prefix + os.sep)


def _imports_keras(path: str, seen: set[str]) -> bool:
    """Tell whether a source, or one beside it that it imports, imports keras."""
    seen.add(path)
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError:
        return False
    names: set[str] = set()
    for line in source.splitlines():
        words = line.replace(b",", b" ").split()
        if len(words) > 1 and words[0] in (b"import", b"from"):
            some = words[1:] if words[0] == b"import" else words[1:2]
            names.update(word.decode("latin-1").partition(".")[0] for word in some)
    folder = os.path.dirname(path)
    return not names.isdisjoint(ROOTS) or any(
        _imports_keras(beside, seen)
        for name in names
        for beside in (
            os.path.join(folder, f"{name}.py"),
            os.path.join(folder, name, "__init__.py"),
        )
        if beside not in seen and os.path.isfile(beside)
    )


class WaitingFinder:
    """Finds nothing, but makes ``keras`` ours when somebody asks for it."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        root = fullname.partition(".")[0]
        if root not in ROOTS or (_a_library_asks() and _is_installed(root)):
            return None
        sys.meta_path.remove(self)
        import legacy_keras

        legacy_keras.install()
        return sys.meta_path[0].find_spec(fullname, path, target)


def _a_library_asks() -> bool:
    """Tell whether the module with the import statement is an installed one."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename.startswith("<frozen importlib"):
        frame = frame.f_back
    return f"{os.sep}site-packages{os.sep}" in frame.f_code.co_filename


def _is_installed(root: str) -> bool:
    from importlib.machinery import PathFinder

    return PathFinder.find_spec(root) is not None
