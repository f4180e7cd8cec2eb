"""get_file against a server on this machine that behaves, misbehaves and attacks."""

import hashlib
import io
import os
import stat
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from legacy_keras import UnsafeModelError
from legacy_keras.utils import data_utils
from legacy_keras.utils.data_utils import get_file

DATA = bytes(range(256)) * 100
MD5 = hashlib.md5(DATA).hexdigest()
SHA256 = hashlib.sha256(DATA).hexdigest()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append(self.path)
        getattr(self, self.path.strip("/").split("/")[0])()

    def log_message(self, *_):
        pass

    def respond(self, body, announced=None, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if announced != "nothing":
            self.send_header("Content-Length", str(announced or len(body)))
        self.end_headers()
        self.wfile.write(body)

    def good(self):
        self.respond(DATA)

    def unannounced(self):
        self.respond(DATA, announced="nothing")

    def short(self):
        self.respond(DATA[:1000], announced=len(DATA))

    def missing(self):
        self.respond(b"gone", status=404)

    def redirect(self):
        self.respond(b"", status=302, Location=self.server.location)

    def silent(self):
        self.server.released.wait(10)

    def trickle(self):
        self.respond(b"", announced=10000)
        while not self.server.released.wait(0.05):
            self.wfile.write(b"x")
            self.wfile.flush()

    def archive(self):
        self.respond(self.server.archive)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, *_):
        """The client went away, as it should."""


@pytest.fixture
def server():
    server = Server(("127.0.0.1", 0), Handler)
    server.requests, server.released = [], threading.Event()
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.released.set()
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """The cache of an empty home folder."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    return tmp_path / ".keras" / "datasets"


def contents(folder):
    return sorted(p.name for p in folder.iterdir()) if folder.exists() else []


def entry(name, data=b"", **fields):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, data


def archive(*entries):
    """A tar.gz of ``entry(...)``s."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for info, data in entries:
            tar.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def test_a_file_is_downloaded_once(server, cache, capsys):
    path = get_file("a.bin", f"{server.url}/good")
    again = get_file("a.bin", f"{server.url}/good")

    assert path == again == str(cache / "a.bin")
    assert (cache / "a.bin").read_bytes() == DATA
    assert server.requests == ["/good"]
    printed = capsys.readouterr().out
    assert printed.startswith(f"Downloading data from {server.url}/good\n")
    assert "25600/25600 [==============================]" in printed
    assert printed.count("Downloading") == 1


def test_a_size_need_not_be_announced(server, cache, capsys):
    get_file("a.bin", f"{server.url}/unannounced")

    assert (cache / "a.bin").read_bytes() == DATA
    assert capsys.readouterr().out == f"Downloading data from {server.url}/unannounced\n"


@pytest.mark.parametrize(
    ("hashes", "message"),
    [
        ({"md5_hash": MD5}, None),
        ({"sha256": SHA256.upper()}, None),
        ({"md5_hash": MD5, "sha256": SHA256}, None),
        ({"md5_hash": "0" * 32}, f"not kept: its md5 is {MD5}, not 0000"),
        ({"md5_hash": MD5, "sha256": "0" * 64}, f"its sha256 is {SHA256}"),
    ],
    ids=["md5", "sha256", "both", "wrong md5", "wrong sha256"],
)
def test_a_hash_is_checked_before_the_file_has_its_name(server, cache, hashes, message):
    if message is None:
        get_file("a.bin", f"{server.url}/good", **hashes)
        assert contents(cache) == ["a.bin"]
    else:
        with pytest.raises(ValueError, match=message):
            get_file("a.bin", f"{server.url}/good", **hashes)
        assert contents(cache) == []


def test_a_cached_file_of_another_hash_is_downloaded_again(server, cache):
    cache.mkdir(parents=True)
    (cache / "a.bin").write_bytes(b"old")

    get_file("a.bin", f"{server.url}/good", md5_hash=MD5)

    assert (cache / "a.bin").read_bytes() == DATA


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("missing", "HTTP Error 404: Not Found"),
        ("short", "25600 bytes were announced and 1000 came"),
        ("silent", "timed out"),
        ("trickle", "only [0-9]+ bytes came in [0-9]+ seconds"),
        ("redirect", "redirect refused|not allowed"),
    ],
)
def test_a_failed_download_leaves_nothing_behind(server, cache, monkeypatch, page, reason):
    monkeypatch.setattr(data_utils, "SECONDS", 0.3)
    server.location = "ftp://127.0.0.1/a"
    expected = f"(?s)URL fetch failure on {server.url}/{page}: .*({reason}).*put it at .*a.bin"

    with pytest.raises(OSError, match=expected):
        get_file("a.bin", f"{server.url}/{page}")
    assert contents(cache) == []


def test_an_unreachable_server_is_named(server, cache):
    server.shutdown()
    server.server_close()

    with pytest.raises(OSError, match=f"URL fetch failure on {server.url}/good: .*refused"):
        get_file("a.bin", f"{server.url}/good")


def test_an_interrupt_leaves_nothing_behind(server, cache, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(data_utils.Progbar, "update", interrupt)

    with pytest.raises(KeyboardInterrupt):
        get_file("a.bin", f"{server.url}/good")
    assert contents(cache) == []


def test_a_failed_download_keeps_the_file_that_was_there(server, cache):
    cache.mkdir(parents=True)
    (cache / "a.bin").write_bytes(b"old")

    with pytest.raises(OSError, match="404"):
        get_file("a.bin", f"{server.url}/missing", md5_hash=MD5)
    assert (cache / "a.bin").read_bytes() == b"old"


def test_a_redirect_to_http_is_followed(server, cache):
    server.location = f"{server.url}/good"

    get_file("a.bin", f"{server.url}/redirect")

    assert (cache / "a.bin").read_bytes() == DATA
    assert server.requests == ["/redirect", "/good"]


@pytest.mark.parametrize("kind", ["file", "ftp"])
def test_a_redirect_cannot_leave_the_web(server, cache, tmp_path, kind):
    (tmp_path / "secret").write_bytes(b"secret")
    server.location = f"{kind}://{tmp_path}/secret"

    with pytest.raises(OSError, match="URL fetch failure"):
        get_file("a.bin", f"{server.url}/redirect")
    assert contents(cache) == []


def test_a_redirect_cannot_give_up_encryption():
    request = data_utils.request.Request("https://example.org/a")
    redirects = data_utils._Redirects()

    with pytest.raises(data_utils.HTTPError, match=r"redirect refused: http://example\.org/b"):
        redirects.redirect_request(request, None, 302, "Found", {}, "http://example.org/b")
    followed = redirects.redirect_request(request, None, 302, "", {}, "https://example.org/b")
    assert followed.full_url == "https://example.org/b"


@pytest.mark.parametrize("origin", ["file:///etc/passwd", "ftp://h/a", "data:,x", "/etc/passwd"])
def test_only_web_addresses_are_opened(cache, origin):
    with pytest.raises(ValueError, match=r"expected an http or https URL\. Put .*a\.bin"):
        get_file("a.bin", origin)
    assert contents(cache) == []


@pytest.mark.parametrize(
    "fname", ["../x", "a/b", "/etc/passwd", "..", ".", "", "a\\b", "c:a", "a\0b"], ids=repr
)
def test_a_name_stays_inside_the_cache(server, cache, fname):
    with pytest.raises(ValueError, match="expected the plain name of a file"):
        get_file(fname, f"{server.url}/good")
    assert server.requests == []


def test_an_archive_is_unpacked_once(server, cache, capsys):
    server.archive = archive(
        entry("data", type=tarfile.DIRTYPE, mode=0o755),
        entry("data/a", b"1", mode=0o4777),
        entry("data/b", type=tarfile.SYMTYPE, linkname="a"),
        entry("data/c", type=tarfile.LNKTYPE, linkname="data/a"),
        entry("other", b"2"),
    )

    path = get_file("data", f"{server.url}/archive", untar=True)
    again = get_file("data", f"{server.url}/archive", untar=True)

    assert path == again == str(cache / "data")
    assert contents(cache) == ["data", "data.tar.gz"]
    assert [(cache / "data" / name).read_bytes() for name in "abc"] == [b"1"] * 3
    assert not (cache / "data" / "a").stat().st_mode & (stat.S_ISUID | stat.S_IWOTH)
    assert server.requests == ["/archive"]
    assert capsys.readouterr().out.endswith("Untaring file...\n")


def test_a_folder_put_by_hand_needs_no_download(cache):
    (cache / "data").mkdir(parents=True)

    assert get_file("data", "http://nowhere.invalid/", untar=True) == str(cache / "data")


ATTACKS = {
    "upwards": [entry("../evil", b"x")],
    "upwards inside": [entry("data/../../evil", b"x")],
    "absolute": [entry("/tmp/evil", b"x")],
    "windows": [entry("..\\evil", b"x")],
    "drive": [entry("C:\\evil", b"x")],
    "symlink out": [entry("data/l", type=tarfile.SYMTYPE, linkname="../../..")],
    "absolute symlink": [entry("data/l", type=tarfile.SYMTYPE, linkname="/etc")],
    "through a symlink": [
        entry("data/l", type=tarfile.SYMTYPE, linkname="/tmp"),
        entry("data/l/evil", b"x"),
    ],
    "hard link out": [entry("data/l", type=tarfile.LNKTYPE, linkname="../../secret")],
    "fifo": [entry("data/p", type=tarfile.FIFOTYPE)],
    "device": [entry("data/d", type=tarfile.CHRTYPE, devmajor=1, devminor=5)],
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
@pytest.mark.parametrize("filtered", [True, False], ids=["filter", "own check alone"])
def test_an_archive_cannot_reach_outside(server, cache, tmp_path, monkeypatch, attack, filtered):
    if not filtered:
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    (tmp_path / "secret").write_bytes(b"secret")
    server.archive = archive(entry("data/a", b"1"), *attack)

    with pytest.raises(UnsafeModelError, match="was not unpacked: its entry"):
        get_file("data", f"{server.url}/archive", untar=True)

    assert contents(cache) == ["data.tar.gz"]
    assert contents(tmp_path) == [".keras", "secret"]
    assert contents(tmp_path / ".keras") == ["datasets"]


def test_an_archive_that_unpacks_to_too_much_is_refused(server, cache, monkeypatch):
    monkeypatch.setattr(data_utils, "MAX_UNPACKED", 1 << 20)
    server.archive = archive(entry("data/a", bytes(1 << 20)), entry("data/b", b"x"))

    with pytest.raises(UnsafeModelError, match=r"unpacks to more than .* bytes"):
        get_file("data", f"{server.url}/archive", untar=True)
    assert contents(cache) == ["data.tar.gz"]


@pytest.mark.parametrize(
    "damage",
    [lambda a: a[:-40], lambda a: b"no archive", lambda a: a[:-8] + b"12345678"],
    ids=["cut", "something else", "wrong checksum"],
)
def test_a_damaged_archive_is_named(server, cache, damage):
    server.archive = damage(archive(entry("data/a", os.urandom(5000))))

    with pytest.raises(ValueError, match=r"data\.tar\.gz could not be unpacked: .*Delete it"):
        get_file("data", f"{server.url}/archive", untar=True)
    assert contents(cache) == ["data.tar.gz"]


def test_an_archive_of_something_else_says_what_it_holds(server, cache):
    server.archive = archive(entry("cifar/a", b"1"))

    with pytest.raises(ValueError, match=r"holds \['cifar'\], but not 'data'"):
        get_file("data", f"{server.url}/archive", untar=True)
    assert contents(cache) == ["data.tar.gz"]


@pytest.fixture
def readonly_home(monkeypatch, tmp_path):
    """No home folder that could be written to; returns the folder for temporary files."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    monkeypatch.setattr(data_utils.tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    return tmp_path / "tmp"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs users")
def test_without_a_home_the_cache_is_a_private_temporary_folder(server, readonly_home):
    path = get_file("a.bin", f"{server.url}/good")

    private = readonly_home / f".keras-{os.getuid()}"
    assert path == str(private / "datasets" / "a.bin")
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="needs users")
@pytest.mark.parametrize("trap", ["writable for all", "symlink"])
def test_a_temporary_folder_prepared_by_others_is_refused(server, readonly_home, trap):
    private = readonly_home / f".keras-{os.getuid()}"
    if trap == "symlink":
        (readonly_home / "theirs").mkdir()
        private.symlink_to(readonly_home / "theirs")
    else:
        private.mkdir()
        private.chmod(0o777)

    with pytest.raises(PermissionError, match=r"only you can write to\. Set HOME"):
        get_file("a.bin", f"{server.url}/good")
    assert server.requests == []


def test_two_downloads_at_once_both_succeed(server, cache):
    paths = []
    threads = [
        threading.Thread(target=lambda: paths.append(get_file("a.bin", f"{server.url}/good")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert paths == [str(cache / "a.bin")] * 4
    assert contents(cache) == ["a.bin"]
