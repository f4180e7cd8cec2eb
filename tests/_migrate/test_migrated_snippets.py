"""Snippets of Python 2, migrated: Python 3 alone prints what Python 2.7 printed.

But for digits of floats and spaces at the ends of lines: Python 3 prints 17 digits, and knows no
soft space. Other differences stand in `LOUD` and `SILENT`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from legacy_keras._migrate.script import SEEDS_RANDOM, migrate_source

SNIPPETS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent.parent / "_runner" / "python2_snippets.yaml").read_text("utf-8")
)

# What a migrated script does otherwise, by reason. It tells of it by an error,
LOUD = {
    "Python 3 has no order of unlike values": """
        sort of mixed types; sorted of mixed types; sorted by mixed keys;
        min and max of mixed types; comparison of None
    """,
    "Python 3 has no __cmp__; the report names it": "order of an own class",
    "a class with __eq__ is to say its own __hash__": """
        an own class with an order but without a hash
    """,
    "a metaclass for all classes of a module is not taken over": "metaclass of the module",
    "text and bytes are two types": """
        pickles of text by protocol 0; files of bytes that are no text
    """,
    "a file that is run is to be migrated, too; the report names it": "execfile",
}
# or prints something else.
SILENT = {
    "there is no soft space": "print with a trailing comma, then a write",
    "str gives 17 digits": "str of a float",
    "code in text is taken for Python 3; the report names it": """
        exec with a tuple; input is evaluated
    """,
    "Python 3 has no __getslice__; the report names it": """
        slices of an own class; slices of a list's subclass
    """,
    "Python 3 has no __unicode__; the report names it": "text of an own class",
    "ends of lines are \\n in text": "files of text",
}
RUN_ALL = """\
import io, json, sys
stdout, shown = sys.stdout, []
for text in json.load(sys.stdin):
    sys.stdout = io.StringIO()
    try:
        exec(compile(text, 'snippet.py', 'exec'), {'__name__': 'snippet'})
        shown.append(sys.stdout.getvalue())
    except Exception as error:
        shown.append(repr(error))
json.dump(shown, stdout)
"""


def names(table: dict[str, str]) -> set[str]:
    """Return the names in a table of reasons."""
    return {" ".join(name.split()) for text in table.values() for name in text.split(";")}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Run all migrated snippets, and return what each prints or raises."""
    texts = [
        migrate_source(code, "snippet.py", True, bool(SEEDS_RANDOM.search(code))).text
        for code in (snippet["code"] for snippet in SNIPPETS)
    ]
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN_ALL],
        input=json.dumps(texts),
        cwd=tmp_path_factory.mktemp("snippets"),
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(zip([snippet["name"] for snippet in SNIPPETS], json.loads(ran.stdout)))


def comparable(text: str) -> str:
    """Leave out what differs in every script: digits, the soft space, how an error is shown."""
    text = re.sub(r"-?\d+\.\d+(e[-+]\d+)?", lambda found: f"{float(found[0]):.10g}", text)
    return re.sub(r" *\n *", "\n", text).replace("\t ", "\t").replace(",)", ")")


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda snippet: snippet["name"])
def test_a_migrated_snippet_prints_what_python_2_printed(
    snippet: dict[str, Any], shown: dict[str, str]
) -> None:
    same = comparable(shown[snippet["name"]]) == comparable(snippet["prints"])

    assert same != (snippet["name"] in names(LOUD) | names(SILENT)), shown[snippet["name"]]


@pytest.mark.parametrize("name", sorted(names(LOUD)))
def test_what_differs_loudly_is_an_error(name: str, shown: dict[str, str]) -> None:
    assert re.match(r"\w+Error\(", shown[name])
