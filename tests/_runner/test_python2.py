"""Python 2 source through the runner: what it prints, how it fails, and what is its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import legacy_keras

# cPickle.dumps({'a': numpy.array([1.5, -2], 'float32'), 'name': 'caf\xe9', 'text': u'na\xefve'}, 2)
OLD_PICKLE = bytes.fromhex(
    "80027d710128550161636e756d70792e636f72652e6d756c746961727261790a5f7265636f6e73747275"
    "63740a7102636e756d70790a6e6461727261790a71034b008555016287527104284b014b0285636e756d"
    "70790a64747970650a7105550266344b004b0187527106284b0355013c4e4e4e4affffffff4affffffff"
    "4b0074628955080000c03f000000c07462550474657874710758060000006e61c3af7665710855046e61"
    "6d6571095504636166e9710a752e"
)

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a script in an empty folder by the runner; return what it printed and its status."""
    path = str(Path(legacy_keras.__file__).parent.parent)

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "legacy_keras", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": path, **environment},
        )

    return run


@pytest.mark.parametrize(
    "source",
    [
        "print 'loss', 0.1\n",
        "exec 'x = 1'\n",
        "try:\n    x = 1\nexcept ValueError, e:\n    pass\n",
        "raise ValueError, 'no data'\n",
        "mode = 0755\n",
        "if 1 <> 2:\n    x = `1`\n",
        "n = 10L\n",
        "s = ur'x'\n",
        "def shift((x, y), n):\n    return x + n\n",
        "if True:\n        x = 1\n\ty = 2\n",
    ],
    ids=["print", "exec", "except", "raise", "octal", "unequal", "long", "ur", "tuple", "tabs"],
)
def test_python_2_source_without_fissix_names_the_command_that_installs_it(
    run: Run, tmp_path: Path, source: str
) -> None:
    (tmp_path / "no_fissix").mkdir()
    (tmp_path / "no_fissix" / "fissix.py").write_text("raise ModuleNotFoundError('none here')")
    (tmp_path / "old.py").write_text(source)
    path = str(Path(legacy_keras.__file__).parent.parent)

    ours = run("old.py", PYTHONPATH=f"{tmp_path / 'no_fissix'}{os.pathsep}{path}")

    assert f"{tmp_path / 'old.py'} is Python 2 source, and fissix" in ours.stderr
    assert 'Install it by: pip install "legacy-keras[py2]"' in ours.stderr
    assert ours.returncode == 1


@pytest.mark.parametrize("main", ["import helper", "print 'main'\nimport helper"])
def test_a_program_is_python_2_if_one_of_its_modules_is(
    run: Run, tmp_path: Path, main: str
) -> None:
    (tmp_path / "script.py").write_text(f"{main}; import sys; sys.stdout.write(str(7 / 2))")
    (tmp_path / "helper.py").write_text("import other; print other.half")
    (tmp_path / "other.py").write_text("half = 7 / 2")

    assert run("script.py").stdout.endswith("3\n3")


def test_what_python_3_reads_is_python_3_unless_told_otherwise(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("print(7 / 2)")

    assert run("script.py").stdout == "3.5\n"
    assert run("--py2", "script.py").stdout == "3\n"
    assert run("-c", "print(7 / 2)").stdout == "3.5\n"
    assert run("-c", "print 7 / 2").stdout == "3\n"


def test_an_installed_module_stays_as_it_is(run: Run, tmp_path: Path) -> None:
    (tmp_path / "installed").mkdir()
    (tmp_path / "installed" / "library.py").write_text("half = 7 / 2")
    (tmp_path / "script.py").write_text("import library; print library.half, __builtins__.xrange")
    path = str(Path(legacy_keras.__file__).parent.parent)

    shown = run("script.py", PYTHONPATH=f"{tmp_path / 'installed'}{os.pathsep}{path}").stdout

    assert shown.startswith("3.5 ")


def test_a_folder_that_the_script_adds_holds_own_modules(run: Run, tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "helper.py").write_text("half = 7 / 2")
    (tmp_path / "code" / "script.py").write_text(
        "import sys; sys.path.append('lib'); import helper; print helper.half"
    )

    assert run("code/script.py").stdout == "3\n"


def test_a_folder_above_the_script_on_pythonpath_holds_own_modules(
    run: Run, tmp_path: Path
) -> None:
    (tmp_path / "tools").mkdir()
    (tmp_path / "helper.py").write_text("print 'half of 7 is', 7 / 2")
    (tmp_path / "tools" / "script.py").write_text("import helper")
    path = str(Path(legacy_keras.__file__).parent.parent)

    shown = run("tools/script.py", PYTHONPATH=f".{os.pathsep}{path}").stdout

    assert shown == "half of 7 is 3\n"


def test_packages_installed_below_the_script_are_not_its_own(run: Run, tmp_path: Path) -> None:
    site = tmp_path / ".venv" / "lib" / "site-packages"
    site.mkdir(parents=True)
    (site / "library.py").write_text("half = 7 / 2")
    (tmp_path / "script.py").write_text("import library; print library.half")
    path = str(Path(legacy_keras.__file__).parent.parent)

    assert run("script.py", PYTHONPATH=f"{site}{os.pathsep}{path}").stdout == "3.5\n"


def test_a_module_that_shows_up_late_is_translated_by_itself(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        "late = __import__('la' + 'te'); print(7 / 2, late.half, late.other.half)"
    )
    (tmp_path / "late.py").write_text("import other\nprint 'late'\nhalf = 7 / 2")
    (tmp_path / "other.py").write_text("half = 7 / 2")

    assert run("script.py").stdout == "late\n3.5 3 3.5\n"


def test_a_module_that_only_python_3_reads_stays_python_3(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("import new; print new.half")
    (tmp_path / "new.py").write_text("x = 7\nhalf = f'{x / 2}'")

    assert run("script.py").stdout == "3.5\n"


def test_a_script_may_be_python_2_by_every_way_to_run_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("print 'pack'")
    (tmp_path / "pack" / "__main__.py").write_text("import side\nprint side.half, __name__")
    (tmp_path / "pack" / "side.py").write_text("half = 7 / 2")

    assert run("-m", "pack").stdout == "pack\n3 __main__\n"
    assert run("--py2", "-c", "print(map(str, [7 / 2]))").stdout == "['3']\n"
    assert '  File "<string>", line 2, in <module>' in run("-c", "print `1`,\n1/0").stderr


def test_a_traceback_shows_the_lines_of_the_original(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("import helper\nprint helper.ratio(1, 0)\n")
    (tmp_path / "helper.py").write_text("def ratio(a, b):\n    return a/b\n")

    lines = run("script.py").stderr.splitlines()

    assert lines == [
        "Traceback (most recent call last):",
        f'  File "{tmp_path / "script.py"}", line 2, in <module>',
        "    print helper.ratio(1, 0)",
        f'  File "{tmp_path / "helper.py"}", line 2, in ratio',
        "    return a/b",
        "ZeroDivisionError: integer division or modulo by zero",
    ]


@pytest.mark.parametrize("how", ["script.py", "-m script"])
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_processes_started_by_a_script_are_translated_too(
    run: Run, tmp_path: Path, method: str, how: str
) -> None:
    (tmp_path / "script.py").write_text(
        f"""
import multiprocessing, helper

class Sample(object):
    value = 7 / 2

def work(sample):
    return sample.value, helper.half(7)

if __name__ == '__main__':
    pool = multiprocessing.get_context({method!r}).Pool(1)
    print pool.map(work, [Sample()])
    pool.close()
    pool.join()
"""
    )
    (tmp_path / "helper.py").write_text("def half(x): return x / 2")

    ours = run(*how.split())

    assert (ours.stdout, ours.stderr) == ("[(3, 3)]\n", "")


def test_a_package_imports_its_neighbours_by_their_names(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("from pack import work\nprint work.found, work.parts.path")
    package = tmp_path / "pack"
    (package / "queue").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "helper.py").write_text("name = __name__")
    (package / "queue" / "__init__.py").write_text("")
    (package / "queue" / "parts.py").write_text("path = __name__")
    (package / "work.py").write_text(
        "import helper, json, os.path\n"
        "from queue import parts\n"
        "import queue.parts as again\n"
        "from helper import *\n"
        "found = helper.name, json.__name__, again is parts, name\n"
    )

    shown = run("script.py")

    assert shown.stdout == "('pack.helper', 'json', True, 'pack.helper') pack.queue.parts\n"


def test_only_modules_of_the_script_see_builtins_of_python_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        "import builtins, json, random\n"
        "print hasattr(builtins, 'unicode'), hasattr(json, 'unicode')\n"
        "print map is json.decoder.__builtins__['map'], __builtins__.map is map\n"
        "print random.Random is json.codecs.sys.modules['random'].Random\n"
    )

    assert run("script.py").stdout == "False False\nFalse True\nFalse\n"


def test_integers_in_arrays_divide_to_integers(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        """
import numpy as np
a = np.arange(5)
print (a / 2).tolist(), (a / 2.).tolist(), (7 / (a + 1)).tolist(), a.dtype == (a / 2).dtype
print np.int64(7) / 2, np.float32(7) / 2, a.mean() / 2, len(a) / np.int32(2)
view = a[1:]
view /= 2
print a.tolist()
x = np.ones(2, 'float32')
y = x
y /= 4
print x.tolist(), x.dtype
a = np.array([7, 9], dtype='uint8')
print (a / 2).tolist(), (a / 2).dtype, (-np.array([7]) / 2).tolist()
try:
    a /= 2.5
except TypeError:
    print 'refused'
"""
    )

    assert run("script.py").stdout.splitlines() == [  # as NumPy gave on Python 2.7
        "[0, 0, 1, 1, 2] [0.0, 0.5, 1.0, 1.5, 2.0] [7, 3, 2, 1, 1] True",
        "3 3.5 1.0 2",
        "[0, 0, 1, 1, 2]",
        "[0.25, 0.25] float32",
        "[3, 4] uint8 [-4]",
        "refused",
    ]


def test_numbers_and_arrays_of_numpy_show_as_they_did(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        """
import numpy as np
x = np.float64(0.1) + 0.2
print x, [x], '%s' % x, str(x), {'a': np.float32(2)}, np.float32(1) / 3
print np.array([0.1, 0.25]), np.array([[1.5, 2], [3, 4]]).tolist(), np.array([True, False])
"""
    )

    assert run("script.py").stdout.splitlines() == [  # as NumPy up to 1.13
        "0.3 [0.30000000000000004] 0.3 0.3 {'a': 2.0} 0.333333",
        "[ 0.1   0.25] [[1.5, 2.0], [3.0, 4.0]] [ True False]",
    ]


def test_integer_expressions_divide_to_integers(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(
        """
from keras import backend as K
x, n = K.placeholder(ndim=1), K.placeholder(ndim=1, dtype='int32')
f = K.function([x, n], [x / 2, n / 2, n / 2.])
print [value.tolist() for value in f([[7], [7]])]
"""
    )

    assert run("script.py").stdout == "[[3.5], [3], [3.5]]\n"


@pytest.mark.parametrize("flags", [(), ("--py2",)], ids=["Python 3", "Python 2"])
def test_a_seed_is_given_by_an_option(run: Run, tmp_path: Path, flags: tuple[str, ...]) -> None:
    (tmp_path / "script.py").write_text(
        "import random, numpy\nprint('%r %r' % (random.random(), float(numpy.random.rand())))\n"
    )

    # What random.seed(7) and numpy.random.seed(7) gave on Python 2.7, too.
    shown = run("--seed", "7", *flags, "script.py").stdout
    assert shown == "0.32383276483316237 0.07630828937395717\n"


def test_a_wrong_seed_is_an_error(run: Run) -> None:
    ours = run("--seed", "-1", "-c", "print 1")

    assert (ours.stdout, ours.returncode) == ("", 2)
    assert "--seed -1: Seed must be between 0 and 2**32 - 1" in ours.stderr


def test_neither_a_home_nor_a_place_to_write_is_needed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("import helper\nprint helper.half")
    (tmp_path / "helper.py").write_text("half = 7 / 2")
    tmp_path.chmod(0o555)
    nowhere = str(tmp_path / "nowhere")

    ours = run("script.py", HOME=nowhere, XDG_CACHE_HOME=nowhere, TMPDIR=nowhere)

    tmp_path.chmod(0o755)
    assert (ours.stdout, ours.stderr) == ("3\n", "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["helper.py", "script.py"]


def test_neither_torch_nor_fissix_is_imported_for_nothing(run: Run) -> None:
    code = (
        "import sys; print([name for name in ('fissix', 'numpy', 'torch') if name in sys.modules])"
    )

    assert run("-c", code).stdout == "[]\n"


def test_a_pickle_of_python_2_is_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "old.pkl").write_bytes(OLD_PICKLE)
    (tmp_path / "script.py").write_text(
        "import cPickle\n"
        "data = cPickle.load(open('old.pkl'))\n"
        "print data['a'].tolist(), data['a'].dtype, data['name'], data['text'] == u'na\\xefve'\n"
    )

    assert run("script.py").stdout == "[1.5, -2.0] float32 caf\xe9 True\n"


def test_modules_that_are_not_reached_are_written_too(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("if 0: import helper\nprint 1")
    (tmp_path / "helper.py").write_text("import other")
    (tmp_path / "other.py").write_text("half = 7 / 2; print half")

    run("--write", "new", "script.py")

    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "helper.py",
        "other.py",
        "script.py",
    ]


def test_what_is_written_keeps_its_first_line_and_is_utf_8(run: Run, tmp_path: Path) -> None:
    source = "#!/usr/bin/python\n# -*- coding: latin-1 -*-\nprint u'na\xefve'\n"
    (tmp_path / "script.py").write_bytes(source.encode("latin-1"))

    assert run("--write", "new", "script.py").stdout == "na\xefve\n"

    written = (tmp_path / "new" / "script.py").read_text(encoding="utf-8").splitlines()
    assert written[::2] == ["#!/usr/bin/python", "# -*- coding: utf-8 -*-"]
    assert run("new/script.py").stdout == "na\xefve\n"


def test_what_is_written_is_python_3_that_runs_alike(run: Run, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("import pack.half\nprint pack.half.half(7), 1 / 2,\nprint")
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("")
    (tmp_path / "pack" / "half.py").write_text("def half(x): return x / 2")

    first = run("--write", "new", "script.py")

    assert "print(pack.half.half(7), " in (tmp_path / "new" / "script.py").read_text()
    assert (tmp_path / "new" / "pack" / "half.py").exists()
    again = run("new/script.py")
    assert (again.stdout, again.stderr) == (first.stdout, first.stderr) == ("3 0\n", "")
