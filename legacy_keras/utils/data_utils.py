"""Downloading data sets into ``~/.keras/datasets``, once, and unpacking them.

What arrives is not trusted: a file gets its name only when it is whole, and an archive is
checked entry by entry. Reading the pickles inside is the business of ``datasets``.

Mirrors: keras 0.3.3, utils/data_utils.py.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import os
import shutil
import stat
import sys
import tarfile
import tempfile
import time
import uuid
import zlib
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import PurePosixPath, PureWindowsPath
from typing import IO, Any
from urllib import request
from urllib.error import HTTPError
from urllib.parse import urlsplit

from .._errors import UnsafeModelError
from .generic_utils import Progbar

SECONDS = 60.0  # for a connection to answer, and again for each piece of data
SLOWEST = 1024.0  # bytes a second, on average, once that long under way
PIECE = 8192  # bytes, as in 0.3.3: one step of the progress bar

MAX_UNPACKED = 4 << 30  # bytes; what unpacks to more may be at most ...
MAX_RATIO = 100  # ... this many times the archive


def get_file(
    fname: str,
    origin: str,
    untar: bool = False,
    *,
    md5_hash: str | None = None,
    sha256: str | None = None,
) -> str:
    """Return the path of a file in the cache, downloading it if it is not there.

    The cache is ``~/.keras/datasets``, or a folder of the user's own among the temporary
    files if that cannot be written to.

    Args:
        fname: its name there, without any folder.
        origin: where it comes from, http or https.
        untar: ``origin`` is a tar.gz archive that holds a folder or file ``fname``; the
            archive is kept as ``fname.tar.gz``, and the path of ``fname`` is returned.
        md5_hash: of what is downloaded, in hexadecimal; None trusts the origin.
        sha256: the same.

    Raises:
        ValueError: if an argument, the hash or the archive is not as expected.
        OSError: if the download fails. The message has the URL, and the path at which a
            file put by hand will be found.

    Mirrors: keras 0.3.3, utils/data_utils.py, get_file.
    """
    _check_name(fname)
    path = os.path.join(_cache_dir(), fname)
    hashes = {"md5": md5_hash, "sha256": sha256}
    if not untar:
        return _fetch(origin, path, hashes)
    if not os.path.exists(path):
        _untar(_fetch(origin, path + ".tar.gz", hashes), path)
    return path


def _check_name(fname: str) -> None:
    if fname in ("", ".", "..") or set(fname) & set("/\\:\0"):
        raise ValueError(
            f"get_file got fname={fname!r}; expected the plain name of a file, such as "
            "'mnist.pkl.gz', for it goes into the cache folder."
        )


def _cache_dir() -> str:
    home = os.path.expanduser("~")
    if os.path.isabs(home):
        folder = os.path.join(home, ".keras", "datasets")
        with contextlib.suppress(OSError):
            os.makedirs(folder, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    return _temporary_cache()


def _temporary_cache() -> str:
    """Return a folder that no other user can have put files into.

    0.3.3 took ``/tmp/.keras``, which belongs to whoever comes first.
    """
    if sys.platform == "win32":  # where the temporary folder is the user's own
        base = os.path.join(tempfile.gettempdir(), ".keras")
    else:
        base = os.path.join(tempfile.gettempdir(), f".keras-{os.getuid()}")
        with contextlib.suppress(FileExistsError):
            os.mkdir(base, mode=0o700)
        status = os.lstat(base)
        ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
        if not ours or status.st_mode & 0o022:
            raise PermissionError(
                f"The home folder cannot be written to, and {base} is not a folder that only "
                "you can write to. Set HOME to a folder of your own."
            )
    folder = os.path.join(base, "datasets")
    os.makedirs(folder, exist_ok=True)
    return folder


def _fetch(origin: str, path: str, hashes: dict[str, str | None]) -> str:
    """Download ``origin`` to ``path`` unless it is there with these hashes."""
    if os.path.exists(path) and not _mismatches(path, hashes):
        return path
    if urlsplit(origin).scheme not in ("http", "https"):
        raise ValueError(
            f"get_file got origin={origin!r}; expected an http or https URL. Put the file at "
            f"{path} yourself to use it from there."
        )
    print("Downloading data from", origin)
    part = f"{path}.{uuid.uuid4().hex}.part"
    try:
        with open(part, "xb") as file:
            _download(origin, file)
        wrong = _mismatches(part, hashes)
        if wrong:
            raise ValueError(f"{origin} is not the expected file, and was not kept: {wrong}.")
        os.replace(part, path)
    except (OSError, HTTPException) as error:
        if isinstance(error, HTTPError):
            error.close()
        raise OSError(
            f"URL fetch failure on {origin}: {error}. If you have the file, put it at {path}"
        ) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(part)
    return path


def _mismatches(path: str, hashes: dict[str, str | None]) -> str:
    """Say which hashes of a file are not those expected; nothing if all are."""
    found = []
    for name, expected in hashes.items():
        if expected is not None:
            digest = hashlib.new(name, usedforsecurity=False)
            with open(path, "rb") as file:
                while piece := file.read(1 << 20):
                    digest.update(piece)
            if digest.hexdigest() != expected.lower():
                found.append(f"its {name} is {digest.hexdigest()}, not {expected}")
    return ", ".join(found)


def _download(origin: str, file: IO[bytes]) -> None:
    start = time.monotonic()
    with _opener().open(origin, timeout=SECONDS) as response:
        length = response.headers.get("Content-Length", "")
        size = int(length) if length.isdecimal() else None
        bar = Progbar(size) if size else None
        seen = 0
        # read1 returns what has come; read would wait for a whole piece, however slow.
        while piece := response.read1(PIECE):
            file.write(piece)
            seen += len(piece)
            if bar is not None:
                bar.update(seen)
            elapsed = time.monotonic() - start
            if elapsed > SECONDS and seen < SLOWEST * elapsed:
                raise TimeoutError(f"only {seen} bytes came in {elapsed:.0f} seconds")
        if size is not None and seen != size:
            raise OSError(f"{size} bytes were announced and {seen} came")


class _Redirects(request.HTTPRedirectHandler):
    """Follows redirects, but only to http and https, and never from https to http."""

    def redirect_request(
        self, req: request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> request.Request | None:
        if urlsplit(newurl).scheme not in {"https", req.type}:
            raise HTTPError(newurl, code, f"{msg} (redirect refused: {newurl})", headers, fp)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _opener() -> request.OpenerDirector:
    """Return an opener for http and https only: urllib's own also opens files and ftp."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        request.UnknownHandler(),
        _Redirects(),
    ):
        opener.add_handler(handler)
    return opener


def _untar(archive: str, path: str) -> None:
    """Unpack what an archive holds under the name of ``path``, all of it or nothing."""
    print("Untaring file...")
    folder, name = os.path.split(path)
    unpacked = tempfile.mkdtemp(prefix=f"{name}.", suffix=".part", dir=folder)
    try:
        with tarfile.open(archive, "r:gz") as tar:
            # The filter checks as well, and Python has it from 3.10.12 and 3.11.4 on.
            safe: Any = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
            tar.extractall(unpacked, _checked(tar, archive), **safe)
            while tar.fileobj is not None and tar.fileobj.read(1 << 20):
                pass  # gzip compares checksums at the end, which tar stops short of
        if name not in os.listdir(unpacked):
            raise ValueError(
                f"{archive} holds {sorted(os.listdir(unpacked))}, but not {name!r}; expected "
                "that name. Give get_file the name of what is in the archive as fname."
            )
        try:
            os.rename(os.path.join(unpacked, name), path)
        except OSError:
            if not os.path.exists(path):  # where another process came first, its copy is good
                raise
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise ValueError(
            f"{archive} could not be unpacked: {error}. Delete it to download it again."
        ) from error
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)


def _checked(tar: tarfile.TarFile, archive: str) -> Iterator[tarfile.TarInfo]:
    """Yield the entries of an archive one by one, as long as they do no harm."""
    limit = max(MAX_UNPACKED, MAX_RATIO * os.path.getsize(archive))
    total = 0
    for member in tar:
        total += max(member.size, 4096)  # an empty file takes a block as well
        if total > limit:
            raise UnsafeModelError(
                f"{archive} unpacks to more than {limit} bytes, which is not plausible for its "
                "size; nothing was unpacked. If you trust it, unpack it there by hand."
            )
        problem = _problem(member)
        if problem:
            raise UnsafeModelError(
                f"{archive} was not unpacked: its entry {member.name!r} {problem}. Pack the data "
                "again without it."
            )
        member.mode &= 0o755
        yield member


def _problem(member: tarfile.TarInfo) -> str:
    """Say what is wrong with an entry; nothing if nothing is.

    A link may only lead downwards from where it is, so no chain of links leads out.
    """
    if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
        return "is neither a file nor a folder nor a link"
    if _leads_out(member.name):
        return "has a path that leads out of the archive"
    if (member.issym() or member.islnk()) and _leads_out(member.linkname):
        return f"links to {member.linkname!r}, which may lead out of the archive"
    return ""


def _leads_out(name: str) -> bool:
    windows = PureWindowsPath(name)  # splits at both kinds of slash
    return PurePosixPath(name).is_absolute() or bool(windows.anchor) or ".." in windows.parts
