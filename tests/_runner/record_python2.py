"""Record what Python 2.7 prints for each snippet: record_python2.py /path/to/python2.7

Rewrites ``python2_snippets.yaml``, which ``test_python2_snippets.py`` reads. To add a snippet,
write its name and code there, and run this.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

SNIPPETS = Path(__file__).with_name("python2_snippets.yaml")
HEADER = "# Python 2 and what Python 2.7 prints for it; recorded by record_python2.py.\n"


class Dumper(yaml.SafeDumper):
    """Writes text of several lines as it is."""


def _text(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else "")


Dumper.add_representer(str, _text)


def main(python: str) -> None:
    snippets = yaml.safe_load(SNIPPETS.read_text(encoding="utf-8"))
    for snippet in snippets:
        with tempfile.NamedTemporaryFile(suffix=".py") as file:
            file.write(snippet["code"].encode())
            file.flush()
            shown = subprocess.run([python, file.name], capture_output=True)
        if shown.returncode:
            sys.exit(f"{snippet['name']}: {shown.stderr.decode()}")
        snippet["prints"] = shown.stdout.decode("utf-8")
    text = yaml.dump(snippets, Dumper=Dumper, allow_unicode=True, sort_keys=False, width=1000)
    SNIPPETS.write_text(HEADER + text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
