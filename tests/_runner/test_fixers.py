"""What each fixer makes of Python 2, and that lines stay where they are."""

from __future__ import annotations

import pytest

from legacy_keras._runner.fixers import FIXERS
from legacy_keras._runner.translate import NotPython2, compile_translated, translate

# Name of the fixer -> source before and after. Equal: there it must not do anything.
CASES = {
    "keyword_as_name": [
        ("async = f(nonlocal=await)", "async_ = f(nonlocal_=await_)"),
        ("x.async.y", "x.async_.y"),
    ],
    "string": [
        (r"ur'\d\u0041'", r"u'\\d\u0041'"),
        (r"'C:\users \N \\u'", r"'C:\\users \\N \\u'"),
        (r"u'\u0041', r'\u', b'\u'", r"u'\u0041', r'\u', b'\u'"),
        (r"'\xc3\xa9 \xe9 \x41'", r"'\U000000e9 \U0000dce9 \x41'"),
    ],
    "number": [
        ("0755, 10L, 0xFFl, 0, 00, 08.5, 1e5", "0o755, 10, 0xFF, 0, 00, 08.5, 1e5"),
        ("7L.real", "(7).real"),
    ],
    "not_equal": [("a <> b", "a != b"), ("a != b", "a != b")],
    "late_global": [
        ("def f():\n    x\n    global x\n", "def f():\n    global x\n    x\n    pass\n"),
        ("def f():\n    global x\n    x\n", "def f():\n    global x\n    x\n"),
        ("x = 1\nglobal x\n", "x = 1\npass\n"),
    ],
    "generator": [
        (
            "def g():\n    yield 1\n    raise StopIteration\n",
            "def g():\n    yield 1\n    return\n",
        ),
        (
            "if 1:\n    # note\n    def g(i):\n        yield next(i)\n",
            "if 1:\n    # note\n    @_py2.generator\n    def g(i):\n        yield next(i)\n",
        ),
        (
            "@a\ndef g(i):\n    yield next(i)\n",
            "@a\n@_py2.generator\ndef g(i):\n    yield next(i)\n",
        ),
        ("def f():\n    raise StopIteration\n",) * 2,
        ("def f():\n    yield 1\n    def g(): next(i)\n",) * 2,
    ],
    "leaking_variable": [
        (
            "[x for x in y]; print x",
            "[x for x_ in y if ((x := x_),)]; print(x)",
        ),
        ("[x for x in y]; x = 1; print x", "[x for x in y]; x = 1; print(x)"),
        ("[x for x in y]; a.x; f(x=1)", "[x for x in y]; a.x; f(x=1)"),
        ("[x for x in y]\nfor x in z: pass", "[x for x in y]\nfor x in z: pass"),
        ("class A: [x for x in y]; x", "class A: [x for x in y]; x"),
        ("[x for x in y]; [x for x in z]", "[x for x in y]; [x for x in z]"),
        (
            "[(a, b) for a, b in z if a]; a",
            "[(a, b) for a_, b in z if ((a := a_),) if a]; a",
        ),
    ],
    "list_of_tuple": [("[x for x in 1, 2 if x]", "[x for x in (1, 2) if x]")],
    "attribute": [
        ("f.func_name; m.im_self.x", "f.__name__; m.__self__.x"),
        ("func_name; f(func_name=1)", "func_name; f(func_name=1)"),
    ],
    "method": [
        ("d.keys()[0]", "_py2.keys(d)[0]"),
        ("a.b(c).items().sort(key=k).x", "_py2.sort(_py2.items(a.b(c)), key=k).x"),
        ("d.has_key(k) and i.next()", "_py2.has_key(d, k) and _py2.next(i)"),
        ("s.decode('hex').encode()", "_py2.encode(_py2.decode(s, 'hex'))"),
        ("d.values(1); d.next; next(d)", "d.values(1); d.next; next(d)"),
        ("import numpy as np\nnp.sort(a)", "import numpy as np\nnp.sort(a)"),
        ("'{}'.format(x); '{:d}'.format(x)", "_py2.format('{}', x); '{:d}'.format(x)"),
        ("f(*a).keys()", "_py2.keys(f(*a))"),
        ("x.sort(*a, **b)", "_py2.sort(x, *a, **b)"),
    ],
    "message": [
        ("e.message.x", "_py2.message(e).x"),
        ("a.e.message = 1; message; log.message(1)", "a.e.message = 1; message; log.message(1)"),
    ],
    "str_call": [
        ("str(x) + str()", "_py2.str(x) + str()"),
        ("str(x, y); str.join; x.str(y)", "str(x, y); str.join; x.str(y)"),
    ],
    "backticks": [("`a + b`", "repr(a + b)")],
    "order_of_none": [
        ("a = None; a < b; c < d", "a = None; _py2.less(a, b); c < d"),
        ("c, x.a = 1, None; y.a > b", "c, x.a = 1, None; _py2.greater(y.a, b)"),
        ("x.a = None; b >= y.a", "x.a = None; _py2.greater_equal(b, y.a)"),
        ("a = None; a == b; a is b; b < a < c",) * 2,
    ],
    "percent": [
        ("'%s' % a", "_py2.percent('%s', a)"),
        ("'%(a)s' % d", "_py2.percent('%(a)s', d)"),
        ("'%d %.2f %%s' % (a, b)", "_py2.percent('%d %.2f %%s', (a, b))"),
        ("'%d %.2f' % (a, b)", "'%d %.2f' % (a, b)"),
        ("a % 2, 7 % b", "a % 2, 7 % b"),
        ("a % b", "_py2.percent(a, b)"),
    ],
    "division": [
        ("a / b", "_py2.divide(a, b)"),
        ("a * b / c / d % 2", "_py2.divide(_py2.divide(a * b, c), d) % 2"),
        ("-a ** 2 / (b / c)", "_py2.divide(-a ** 2, (_py2.divide(b, c)))"),
        ("a / \\\n  b  # c", "_py2.divide(a, \\\n  b)  # c"),
        ("a // b", "a // b"),
        ("from __future__ import division\na / b", "from __future__ import division\na / b"),
    ],
    "division_in_place": [
        ("a /= b", "a = _py2.divide_in_place(a, b)"),
        ("a.b[c] /= d, e", "a.b[c] = _py2.divide_in_place(a.b[c], (d, e))"),
        (
            "a[f()] /= 2",
            "a[_py2_1_1] = _py2.divide_in_place(a[(_py2_1_1 := f())], 2)",
        ),
        ("a //= b", "a //= b"),
    ],
    "lambda_tuple_parameters": [
        ("lambda (a, b): a", "lambda a_b: (lambda a, b: a)(*a_b)"),
        ("lambda x, (a, b), c=1: a", "lambda x, a_b, c=1: (lambda a, b: a)(*a_b)"),
        (
            "lambda (a, (b, c)): a",
            "lambda a_b_c: (lambda a, b_c: (lambda b, c: a)(*b_c))(*a_b_c)",
        ),
        ("lambda (a): a", "lambda a: a"),
        ("lambda a, b: a", "lambda a, b: a"),
    ],
    "tuple_parameters": [
        ("def f((a, b), c): return a", "def f(a_b, c): (a, b) = a_b; return a"),
        (
            'def f((a, b)):\n    "doc"\n    if a:\n        pass\n',
            'def f(a_b):\n    "doc"\n    (a, b) = a_b\n    if a:\n        pass\n',
        ),
    ],
    "print_statement": [
        ("print a, b", "print(a, b)"),
        ("print a,", "print(a, softspace=True)"),
        ("print >>f, a", "print(a, file=f)"),
        ("print >>f", "print(file=f)"),
        ("print (a, b)", "print((a, b))"),
        ("print (a), b", "print((a), b)"),
        ("print(a)", "print(a)"),
        ("print a; print(b, end='')", "print(a); print(b, end='')"),
        ("print 'a' \\\n    'b'", "print('a' \\\n    'b')"),
        ("from __future__ import print_function\nprint (a, b)",) * 2,
    ],
    "print_alone": [("print", "print()"), ("if a: print; b", "if a: print(); b")],
    "exec_in_function": [("def f(): exec a", "def f(): exec(a)")],
    "star_in_function": [("from a import *", "from a import *")],
    "exec_statement": [
        ("exec a", "exec(a)"),
        ("exec a in b", "exec(a, b)"),
        ("exec a in b, c", "exec(a, b, c)"),
    ],
    "except_clause": [
        ("try: a\nexcept B, e: c", "try: a\nexcept B as e: c"),
        ("try: a\nexcept (B, C), e: c", "try: a\nexcept (B, C) as e: c"),
        ("try: a\nexcept B: c", "try: a\nexcept B: c"),
        (
            "try: a\nexcept B, (c, d): c",
            "try: a\nexcept B as _py2_error: (c, d) = _py2_error.args; c",
        ),
        ("try: a\nexcept B, e.x: c", "try: a\nexcept B as _py2_error: e.x = _py2_error; c"),
        (
            "try: a\nexcept B as e:\n    if c: d\ne",
            "try: a\nexcept B as e_:\n    e = e_\n    if c: d\ne",
        ),
    ],
    "raise_statement": [
        ("raise A, 'b'", "raise A('b')"),
        ("raise A, b", "raise _py2.exception(A, b)"),
        ("raise A, b, c", "raise _py2.exception(A, b, c)"),
        ("raise A", "raise A"),
        ("raise", "raise"),
    ],
}


@pytest.mark.parametrize(
    ("before", "after"), [case for cases in CASES.values() for case in cases], ids=str
)
def test_a_fixer_writes_python_3(before: str, after: str) -> None:
    translation = translate(before, "old.py")

    assert translation.text.removesuffix("\n") == after.removesuffix("\n")
    compile_translated(translation, "old.py")


def test_every_fixer_has_a_case() -> None:
    assert list(CASES) == list(dict.fromkeys(fixer.apply.__name__ for fixer in FIXERS))


def test_added_lines_do_not_count() -> None:
    source = "def f((a, b)):\n    if a:\n        return b\n\ndef g():\n    return 1\n"
    translation = translate(source, "old.py")
    space: dict[str, object] = {}

    exec(compile_translated(translation, "old.py"), space)

    assert translation.added == [2]
    assert space["g"].__code__.co_firstlineno == 5  # type: ignore[attr-defined]


def test_changes_tell_line_and_reason() -> None:
    changes = translate("x = 1\nprint x\n", "old.py").changes

    assert [tuple(change) for change in changes] == [
        ("old.py", 2, "print x to print(x)", "Python 3 cannot read it", "handled")
    ]


@pytest.mark.parametrize(
    ("source", "severity"),
    [
        ("def f():\n    exec 'x = 1'\n", "risk"),
        ("def f():\n    from os import *\n", "fatal"),
        ("exec 'x = 1'\ndef f():\n    exec a in b\n    from os import path\n", None),
    ],
    ids=["exec", "import", "neither"],
)
def test_what_cannot_be_equal_is_told(source: str, severity: str | None) -> None:
    changes = translate(source, "old.py").changes

    told = {change.severity for change in changes} - {"handled"}
    assert told == ({severity} if severity else set())


@pytest.mark.parametrize(
    ("source", "message", "line"),
    [
        ("x = 1\nprint x y\n", "invalid syntax at 'y'", 2),
        ("x = (1,\n", "EOF in multi-line statement", 2),
        ("if x:\n    y\n  z\n", "unindent does not match", 3),
    ],
    ids=["a wrong word", "no end", "indentation"],
)
def test_what_is_no_python_at_all_is_refused(source: str, message: str, line: int) -> None:
    with pytest.raises(NotPython2, match=message) as caught:
        translate(source, "old.py")

    assert (caught.value.filename, caught.value.lineno) == ("old.py", line)


def test_an_encoding_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    assert translate(b"\xef\xbb\xbfprint 1\r\nprint 2", "").text == "print(1)\nprint(2)\n"
    latin = b"# coding: latin-1\nx = u'\xe9'\n"
    assert "x = u'é'" in translate(latin, "").text
    assert translate(b"# caf\xe9\nprint 1", "").text == "# caf\xe9\nprint(1)\n"


def test_tabs_are_eight_wide_in_indentation_and_stay_in_text() -> None:
    source = "if 1:\n        x = '''\n\ta\n'''\n\ty = 2\n"

    assert translate(source, "").text == "if 1:\n        x = '''\n\ta\n'''\n        y = 2\n"
