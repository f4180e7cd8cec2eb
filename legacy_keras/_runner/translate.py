"""Python 2 source in, Python 3 source out, line for line.

fissix reads the source: its grammar knows both languages and keeps every space. What its tree
cannot say in Python 3 is changed by the fixers of `FIXERS` (``fixers.py``), one small function
for each construct, in order. A name of Python 2, such as ``xrange``, stays: the builtins of
``python2/`` give it its meaning, and ``_py2`` in what the fixers write is a helper of theirs.
"""

from __future__ import annotations

import ast
import bisect
import functools
import io
import os
import re
import warnings
from types import CodeType
from typing import Any, NamedTuple

from .loading import Change, decode

INSTALL = 'pip install "legacy-keras[py2]"'

# What Python 3 says of, or where it stumbles over, source that was fine in Python 2.
PYTHON_2_MESSAGE = re.compile(
    r"Missing parentheses in call to|multiple exception types must be parenthesized|"
    r"leading zeros in decimal integer|inconsistent use of tabs|invalid decimal literal"
)
PYTHON_2_LINE = re.compile(
    r"<>|`|\bur['\"]|\b0[0-7]+\b|\b\d+[lL]\b|^\s*(print|exec)\s+[^=\s(]|^\s*raise\s+[\w.]+\s*,|"
    r"^\s*except\s+[\w.]+\s*,|^\s*def\s+\w+\(.*\(.*\).*\)\s*:"
)


class NotPython2(SyntaxError):
    """Source that is not Python 2 either."""


class Translation(NamedTuple):
    """Python 3 source; the numbers of the lines in it that the original lacks; what was changed."""

    text: str
    added: list[int]
    changes: list[Change]


def looks_like_python_2(error: SyntaxError) -> bool:
    """Tell, without fissix, whether Python 3 failed at something of Python 2."""
    return bool(PYTHON_2_MESSAGE.search(error.msg) or PYTHON_2_LINE.search(error.text or ""))


def translate(source: bytes | str, path: str) -> Translation:
    """Translate Python 2 source.

    Raises:
        NotPython2: if it is not Python 2.
        ImportError: if fissix is not installed.
    """
    try:
        from fissix.pgen2 import parse, tokenize
    except ImportError:
        raise ImportError(
            f"{path} is Python 2 source, and fissix, which reads it, is not installed. "
            f"Install it by: {INSTALL}",
            name="fissix",
        ) from None
    from .fixers import ADDED, FIXERS, Fix

    text = expand_tabs(decode(source).removesuffix("\n") + "\n")
    try:
        driver = _driver("print_function" not in _future(text))
        tree = driver.parse_string(text)
    except parse.ParseError as error:
        position = error.context[1]
        raise NotPython2(f"invalid syntax at {error.value!r}", (path, *position, None)) from None
    except tokenize.TokenError as error:
        raise NotPython2(error.args[0], (path, *error.args[1], None)) from None
    except IndentationError as error:
        raise NotPython2(error.msg, (path, error.lineno, error.offset, error.text)) from None
    fix = Fix(tree, driver.grammar, _future(text), path)
    for fixer in FIXERS:
        fix.apply(fixer)
    lines = str(tree).split("\n")
    added = [number for number, line in enumerate(lines, 1) if ADDED in line]
    return Translation("\n".join(lines).replace(ADDED, ""), added, fix.changes)


def parse_translated(translation: Translation, path: str, mode: str = "exec") -> Any:
    """Return the tree of translated source, with the lines of the original.

    A traceback shows them without marks below, for the columns are not those of the original.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # Python 2 said nothing about '\d'
        warnings.simplefilter("ignore", DeprecationWarning)
        tree: Any = ast.parse(translation.text, path, mode)
    for node in ast.walk(tree):
        if isinstance(getattr(node, "body", None), list):
            _make_docstring_encodable(node)
        if hasattr(node, "lineno"):
            line = node.lineno - bisect.bisect_left(translation.added, node.lineno)
            vars(node).update(lineno=line, end_lineno=line, col_offset=-1, end_col_offset=-1)
    return tree


def _make_docstring_encodable(node: Any) -> None:
    """Replace bytes that are no UTF-8 in a docstring, which Python 3.13 and later encode."""
    match node.body[:1]:
        case [ast.Expr(value=ast.Constant(value=str(text)) as constant)]:
            constant.value = text.encode("utf-8", "replace").decode()


def compile_translated(translation: Translation, path: str, mode: str = "exec") -> CodeType:
    """Compile translated source."""
    return compile_tree(parse_translated(translation, path, mode), path, mode)


def compile_tree(tree: Any, path: str, mode: str = "exec") -> CodeType:
    """Compile what `parse_translated` gave."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        code: CodeType = compile(tree, path, mode, dont_inherit=True)
        return code


def _future(text: str) -> set[str]:
    lines = re.findall(r"^\s*from\s+__future__\s+import\s+\(?([\w\s,\\]+)", text, re.MULTILINE)
    return set(re.findall(r"\w+", " ".join(lines)))


def expand_tabs(text: str) -> str:
    """Replace tabs in indentation by Python 2's rule, to the next multiple of eight."""
    if "\t" not in text:
        return text
    from fissix.pgen2 import token, tokenize

    inside_strings: set[int] = set()
    try:
        for kind, _, start, end, _ in tokenize.generate_tokens(io.StringIO(text).readline):
            if kind == token.STRING:
                inside_strings.update(range(start[0] + 1, end[0] + 1))
    except (tokenize.TokenError, IndentationError):
        return text  # the parser will tell
    lines = text.split("\n")
    for index, line in enumerate(lines):
        body = line.lstrip(" \t")
        if index + 1 not in inside_strings:
            lines[index] = line[: len(line) - len(body)].expandtabs(8) + body
    return "\n".join(lines)


@functools.cache
def _driver(print_statement: bool) -> Any:
    """Return a parser for Python 2.

    Its grammar is made here, in memory, for fissix keeps a copy in the home, where there may be
    none or no room. ``nonlocal`` was a name, and ``print(x, end='')`` may stand beside
    ``print x``.
    """
    import fissix
    from fissix import pytree
    from fissix.pgen2 import driver, pgen

    file = os.path.join(os.path.dirname(fissix.__file__), "Grammar.txt")
    with open(file, encoding="utf-8") as stream:
        rules = stream.read()
    rules = rules.replace("('global' | 'nonlocal')", "'global'")
    in_parentheses = "testlist_gexp: (namedexpr_test|star_expr) "
    start = rules.index(in_parentheses)
    end = rules.index("\n", start)
    rules = (
        rules[:start]
        + rules[start:end].replace("(namedexpr_test|star_expr)", "in_parentheses")
        + "\nin_parentheses: namedexpr_test ['=' test] | star_expr"
        + rules[end:]
    )
    grammar = pgen.ParserGenerator(file, io.StringIO(rules)).make_grammar()
    if not print_statement:
        del grammar.keywords["print"]
    return driver.Driver(grammar, convert=pytree.convert)
