"""Small parts of Python 2's standard library, and of PyYAML before 6."""

from __future__ import annotations

import errno
import hashlib
import importlib
import importlib.machinery
import importlib.util
import inspect
import os
import re
import shutil
import sys
import tarfile
import time
from collections import namedtuple
from pathlib import Path
from types import ModuleType
from typing import Any

clock = time.perf_counter

ArgSpec = namedtuple("ArgSpec", ["args", "varargs", "keywords", "defaults"])


def getargspec(func: Any) -> ArgSpec:
    """Return the names of a function's arguments, and their defaults."""
    spec = inspect.getfullargspec(func)
    return ArgSpec(spec.args, spec.varargs, spec.varkw, spec.defaults)


def re_split(pattern: Any, string: Any, maxsplit: int = 0, flags: int = 0) -> list[Any]:
    """Split where the pattern matches something: a match of no length was none."""
    parts: list[Any] = []
    start = 0
    for found in re.compile(pattern, flags).finditer(string):
        if found.end() > found.start():
            parts += [string[start : found.start()], *found.groups()]
            start = found.end()
            maxsplit -= 1
            if maxsplit == 0:
                break
    return [*parts, string[start:]]


def setdefaultencoding(name: str) -> None:
    """Do nothing: text is Unicode, and files are UTF-8."""


def exc_clear() -> None:
    """Do nothing: an exception is cleared where its handler ends."""


def linux_distribution(*args: Any, **kwargs: Any) -> tuple[str, str, str]:
    """Return the name, version and code name of the distribution, as far as it says them."""
    import platform

    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return "", "", ""
    return (
        release.get("NAME", ""),
        release.get("VERSION_ID", ""),
        release.get("VERSION_CODENAME", ""),
    )


def tarfile_open(*args: Any, **kwargs: Any) -> Any:
    """Open an archive; it unpacks into its folder only, which old archives of data do anyway."""
    archive = tarfile.open(*args, **kwargs)  # noqa: SIM115 -- whoever asks closes it
    archive.extraction_filter = tarfile.data_filter
    return archive


md5_module = ModuleType("md5")
md5_module.md5 = hashlib.md5  # type: ignore[attr-defined]
sha_module = ModuleType("sha")
sha_module.sha = hashlib.sha1  # type: ignore[attr-defined]


def _load_source(name: str, pathname: str, file: Any = None) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader(name, pathname)
    spec = importlib.util.spec_from_file_location(name, pathname, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module


def _find_module(name: str, path: Any = None) -> tuple[Any, str, tuple[str, str, int]]:
    spec = importlib.machinery.PathFinder.find_spec(name, path)
    if spec is None or spec.origin is None:
        raise ImportError(f"No module named {name!r}", name=name)
    return None, spec.origin, (Path(spec.origin).suffix, "r", 1)


def _load_module(name: str, file: Any, pathname: str, description: Any) -> ModuleType:
    return _load_source(name, pathname)


imp = ModuleType("imp")
vars(imp).update(
    load_source=_load_source,
    find_module=_find_module,
    load_module=_load_module,
    reload=importlib.reload,
    new_module=ModuleType,
    PY_SOURCE=1,
)


def _mkpath(name: str, mode: int = 0o777, verbose: int = 1, dry_run: int = 0) -> list[str]:
    if not os.path.isdir(name):
        os.makedirs(name, mode)
        return [name]
    return []


def _copy_tree(src: str, dst: str, *args: Any, **kwargs: Any) -> list[str]:
    if not os.path.isdir(src):
        raise NotADirectoryError(errno.ENOTDIR, "cannot copy tree: not a directory", src)
    shutil.copytree(src, dst, dirs_exist_ok=True)
    return [os.path.join(folder, file) for folder, _, files in os.walk(dst) for file in files]


distutils_dir_util = ModuleType("distutils.dir_util")
vars(distutils_dir_util).update(
    mkpath=_mkpath,
    copy_tree=_copy_tree,
    remove_tree=lambda directory, *args: shutil.rmtree(directory),
)


class LooseVersion:
    """A version that compares number by number."""

    def __init__(self, vstring: str = "0") -> None:
        self.vstring = vstring
        parts = re.findall(r"\d+|[a-z]+", vstring)
        self.version = [int(part) if part.isdigit() else part for part in parts]

    def __str__(self) -> str:
        return self.vstring

    def _key(self, other: Any) -> tuple[list[Any], list[Any]]:
        other = other if isinstance(other, LooseVersion) else LooseVersion(str(other))
        keys = [[(isinstance(part, int), part) for part in each.version] for each in (self, other)]
        return keys[0], keys[1]

    def __eq__(self, other: object) -> bool:
        mine, theirs = self._key(other)
        return mine == theirs

    def __lt__(self, other: Any) -> bool:
        mine, theirs = self._key(other)
        return mine < theirs

    def __le__(self, other: Any) -> bool:
        mine, theirs = self._key(other)
        return mine <= theirs

    def __gt__(self, other: Any) -> bool:
        return not self <= other

    def __ge__(self, other: Any) -> bool:
        return not self < other

    __hash__ = None  # type: ignore[assignment]


distutils_version = ModuleType("distutils.version")
vars(distutils_version).update(LooseVersion=LooseVersion, StrictVersion=LooseVersion)


def yaml_load(stream: Any, Loader: Any = None) -> Any:
    """Read a document; without a Loader the safe one, which makes plain objects only."""
    import yaml

    return yaml.load(stream, Loader or yaml.SafeLoader)


def yaml_load_all(stream: Any, Loader: Any = None) -> Any:
    """Read all documents, likewise."""
    import yaml

    return yaml.load_all(stream, Loader or yaml.SafeLoader)
