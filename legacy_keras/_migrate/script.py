"""One module on its way: Python 2 to 3, then the names of then to those of today."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from .._runner.attributes import libraries
from .._runner.loading import Change, decode
from .._runner.translate import translate
from .calls import Call, find_calls
from .names import Names
from .python3 import Modern, move_operands
from .source import Source

SEEDS_RANDOM = re.compile(r"(?<![.\w])random\.(seed|Random)\(|from random import .*\bseed\b")
CODING = re.compile(r"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")

# What the translator does, as it is written here; "" for what only a run of the original needs.
WRITTEN = {
    "d.keys() to _py2.keys(d) and kin": "d.keys() to list(d.keys()), f.next() to next(f), and kin",
    "error.message to _py2.message(error)": "error.message to str(error)",
    "str(x) to _py2.str(x)": "",
    "'%s' % x to _py2.percent('%s', x)": "",
    "a / b to _py2.divide(a, b)": "a / b to a // b, or to python2.divide(a, b)",
}
NUMPY_AS_IT_WAS = {
    "import numpy": "",
    'numpy.set_printoptions(legacy="1.13")': "shows numbers and arrays as in 2016",
}


class Migrated(NamedTuple):
    """A module for Python 3 and legacy_keras.

    Attributes:
        text: the source.
        changes: what was changed, by the lines of the original.
        remarks: what is to be checked by a person.
        calls: the calls of Keras in it.
    """

    text: str
    changes: list[Change]
    remarks: list[Change]
    calls: list[Call]


def migrate_source(
    source: bytes | str,
    path: str,
    python2: bool,
    seeds_random: bool = False,
    siblings: Collection[str] = (),
    same_output: bool = False,
) -> Migrated:
    """Write a module anew.

    Args:
        python2: whether it is Python 2.
        seeds_random: whether Python 2's module ``random`` was seeded, so that its numbers count.
        siblings: modules beside this one in a package.
        same_output: whether numbers and arrays are to be printed as they were.

    Raises:
        SyntaxError: if it is neither.
        ImportError: if it is Python 2, and fissix is missing.
    """
    changes: list[Change] = []
    remarks: list[Change] = []
    added: dict[str, str] = {}
    text = decode(source)
    if python2:
        translation = translate(source, path)
        text, changes = translation.text, translation.changes
        text, added, remarks = modernise(text, path, same_output)
    elif same_output and "numpy" in libraries(ast.parse(text)):
        added = NUMPY_AS_IT_WAS
    calls = find_calls(Source(text, path))
    siblings = siblings if python2 else ()
    names = Names(Source(text, path), added, python2, seeds_random, siblings)
    names.rewrite()
    new = _as_utf8(names.source.edited())
    if isinstance(source, bytes) and b"\r\n" in source:
        new = new.replace("\n", "\r\n")
    return Migrated(
        new,
        [*_that_stayed(changes, decode(source), new), *names.changes],
        remarks + names.remarks,
        calls,
    )


def modernise(
    text: str, path: str, same_output: bool = False
) -> tuple[str, dict[str, str], list[Change]]:
    """Write what the translator wrote as one writes it today.

    Returns:
        The source, imports to add to it, and remarks.
    """
    source = Source(text, path)
    while move_operands(source):
        source = Source(source.edited(), path)
    modern = Modern(source, same_output)
    modern.rewrite()
    return source.edited(), modern.added, modern.remarks


def _that_stayed(changes: Sequence[Change], old: str, new: str) -> Iterator[Change]:
    """Yield the translator's changes in the words of what is written; leave out what is not."""
    lines, written = old.splitlines(), {line.strip() for line in new.splitlines()}
    for change in changes:
        what = WRITTEN.get(change.what, change.what.replace("_py2.", "python2."))
        if what and lines[change.line - 1].strip() not in written:
            yield change._replace(what=what)


def _as_utf8(text: str) -> str:
    """Let the first two lines say what is true now: UTF-8, and Python 3."""
    lines = text.split("\n")
    for index, line in enumerate(lines[:2]):
        if line.startswith("#!"):
            lines[index] = re.sub(r"python(2(\.\d)?)?\b", "python3", line)
        elif found := CODING.match(line):
            lines[index] = line[: found.start(1)] + "utf-8" + line[found.end(1) :]
    return "\n".join(lines)
