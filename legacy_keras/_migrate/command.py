"""``legacy-keras migrate``: reads files, writes them anew elsewhere, and reports.

Nothing is overwritten, but with ``--in-place``, which keeps each original beside its file.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from .._runner.loading import Program, decode
from . import report
from .script import SEEDS_RANDOM, Migrated, migrate_source

ORIGINAL = ".orig"  # what the name of an original ends with after --in-place

EPILOG = """\
A script is written with the modules of its own that it imports, if --to says where to. A folder is
written with all Python files in it. Files that are not Python are not copied.

  legacy-keras migrate train.py                        to stdout
  legacy-keras migrate train.py --to new --report new/report.html
  legacy-keras migrate repository --in-place
"""


def migrate(arguments: list[str]) -> int:
    """Do what the command line says; return the exit status."""
    parser = _parser()
    options = parser.parse_args(arguments)
    source = Path(options.source)
    if not source.exists():
        parser.error(f"there is no {source}")
    if source.is_dir() and not (options.to or options.in_place or options.report):
        parser.error("a folder is written with --to DIR or --in-place")
    for path in options.report:
        if Path(path).suffix not in (".md", ".html"):
            parser.error(f"--report takes a name that ends with .md or .html; got {path}")
    root = source if source.is_dir() else source.parent
    with _program(root, options.py2) as program:
        files = _files(source, program, bool(options.to or options.in_place))
    done, failed = _migrate_all(files, root, program.python2, options.same_output)
    written = _write_all(done, root, options, parser)
    for path in options.report:
        sections = [report.Section(_shown(p, root), *m[1:]) for p, m in done.items()]
        write = report.to_html if path.endswith(".html") else report.to_markdown
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(write(sections), encoding="utf-8")
        written.append(path)
    for path, reason in failed.items():
        _say(f"{_shown(path, root)} was not written: {reason}")
    if written:
        _say(f"wrote {', '.join(written)}")
    to_check = sum(len(set(m.remarks)) for m in done.values())
    if to_check:
        hint = "" if options.report else "; --report FILE.html lists them"
        _say(f"{to_check} places are to be checked by you{hint}")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="legacy-keras migrate",
        description="Write a script for Keras 0.x anew, for Python 3 and legacy_keras, without "
        "alias and translation at run time; report what each call is in PyTorch.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("source", help="a script, or a folder")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--to", metavar="DIR", help="write into this folder")
    where.add_argument(
        "--in-place",
        action="store_true",
        help=f"write over the files; the originals are kept, with {ORIGINAL} behind their names",
    )
    parser.add_argument(
        "--report",
        metavar="FILE",
        action="append",
        default=[],
        help="write what changed, and what each call is in PyTorch, into FILE.md or FILE.html; "
        "may be given twice",
    )
    parser.add_argument(
        "--py2", action="store_true", help="take the source for Python 2 even if Python 3 reads it"
    )
    parser.add_argument(
        "--same-output",
        action="store_true",
        help="print numbers and arrays with the digits of Python 2, to compare with old output",
    )
    return parser


def _say(line: str) -> None:
    print(f"legacy-keras: {line}", file=sys.stderr)


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


# Which files


@contextlib.contextmanager
def _program(folder: Path, python2: bool) -> Iterator[Program]:
    """Look at own modules as the runner would if it ran a script of this folder."""
    before = sys.path[0]
    sys.path[0] = str(folder.resolve())
    try:
        yield Program(python2)
    finally:
        sys.path[0] = before


def _files(source: Path, program: Program, with_own: bool) -> list[Path]:
    """Return what is to be written, and decide the language of it."""
    if source.is_dir():
        files = sorted(
            path
            for path in source.rglob("*.py")
            if not any(part.startswith(".") for part in path.relative_to(source).parts)
        )
        mains = files
    else:
        mains = [source]
    program.python2 = program.python2 or any(
        program.is_python2(path.read_bytes(), str(path.resolve())) for path in mains
    )
    if source.is_dir():
        return files
    if not with_own:
        return [source]
    root = source.parent.resolve()
    found = [Path(path) for path, _ in program.read(str(source.resolve()))]
    return [source.parent / path.relative_to(root) for path in found if root in path.parents]


# Reading and writing


def _migrate_all(
    files: Sequence[Path], root: Path, python2: bool, same_output: bool
) -> tuple[dict[Path, Migrated], dict[Path, str]]:
    """Return what was made of each file, and why nothing was made of some."""
    done, failed = {}, {}
    seeds = any(SEEDS_RANDOM.search(decode(path.read_bytes())) for path in files)
    for path in files:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the source, which is not ours
            try:
                done[path] = migrate_source(
                    path.read_bytes(),
                    _shown(path, root),
                    python2,
                    seeds,
                    _siblings(path, root),
                    same_output,
                )
            except SyntaxError as error:
                failed[path] = f"{error.msg} (line {error.lineno})"
            except ImportError as error:  # fissix
                failed[path] = str(error)
    return done, failed


def _siblings(path: Path, root: Path) -> set[str]:
    """Return the modules beside one that lies in a package.

    What lies in the root is imported by its name alone: scripts run there.
    """
    if path.parent == root or not (path.parent / "__init__.py").is_file():
        return set()
    modules = {other.stem for other in path.parent.glob("*.py")} - {path.stem, "__init__"}
    return modules | {other.parent.name for other in path.parent.glob("*/__init__.py")}


def _write_all(
    done: dict[Path, Migrated],
    root: Path,
    options: argparse.Namespace,
    parser: argparse.ArgumentParser,
) -> list[str]:
    """Write the files; return the names of those that were written."""
    if options.to:
        targets = {path: Path(options.to, _shown(path, root)) for path in done}
    elif options.in_place:
        targets = {path: path for path in done}
    else:
        if not options.report:
            sys.stdout.write("".join(migrated.text for migrated in done.values()))
        return []
    kept = [p.with_name(p.name + ORIGINAL) for p in done] if options.in_place else targets.values()
    existing = [str(path) for path in kept if path.exists()]
    if existing:
        parser.error(f"{', '.join(existing)} exists already, and nothing is overwritten")
    for path, target in targets.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        if options.in_place:
            os.replace(path, path.with_name(path.name + ORIGINAL))
        target.write_text(done[path].text, encoding="utf-8", newline="")
    return [str(target) for target in targets.values()]
