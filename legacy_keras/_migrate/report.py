"""The report of ``legacy-keras migrate``: what changed, and what each call is in PyTorch.

One content, written as Markdown or as a page of HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .._runner.loading import Change
from .calls import Call

TITLE = "From Keras to PyTorch"
INTRODUCTION = (
    "Lines are those of the original. `nn` is `torch.nn`, `F` is `torch.nn.functional`. "
    "The migration guide has all names, and what can differ."
)
LONG = 40  # characters of a remark that is not repeated
LONGEST = 90  # characters of a call that are shown
STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem;
  color: #1b1f24; background: #fff; }
table { border-collapse: collapse; width: 100%; margin: 0 0 2rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .7rem; border: 1px solid #d8dee4; }
th { background: #f3f5f7; }
td:first-child { text-align: right; color: #57606a; width: 3rem; }
tr.argument td:nth-child(2) { padding-left: 2rem; }
code { font: .88em ui-monospace, monospace; background: #eef1f4; padding: .1em .25em;
  overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) {
  body { color: #dce3ea; background: #14181d; }
  th { background: #20262d; } th, td { border-color: #343c45; } code { background: #262d35; }
  td:first-child { color: #97a3af; } a { color: #6cb0ff; }
}
"""


class Section(NamedTuple):
    """What is told of one file."""

    path: str
    changes: Sequence[Change]
    remarks: Sequence[Change]
    calls: Sequence[Call]


class Table(NamedTuple):
    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]  # Markdown


def to_markdown(sections: Sequence[Section]) -> str:
    """Write the report as Markdown."""
    lines = [f"# {TITLE}", "", INTRODUCTION]
    for section in sections:
        lines += ["", f"## {code(section.path)}"]
        for table in _tables(section):
            lines += ["", f"### {table.title}", "", _line(table.head)]
            lines += [_line(("---",) * len(table.head)), *map(_line, table.rows)]
    return "\n".join(lines) + "\n"


def to_html(sections: Sequence[Section]) -> str:
    """Write the report as a page of HTML that needs nothing else."""
    parts = [f"<h1>{TITLE}</h1>", f"<p>{_marked(INTRODUCTION)}</p>"]
    for section in sections:
        parts.append(f"<h2>{_marked(code(section.path))}</h2>")
        for table in _tables(section):
            head = "".join(f"<th>{title}</th>" for title in table.head)
            parts.append(f"<h3>{table.title}</h3>\n<table>\n<thead><tr>{head}</tr></thead>")
            for row in table.rows:
                kind = ' class="argument"' if row[0] == "" else ""
                cells = "".join(f"<td>{_marked(cell)}</td>" for cell in row)
                parts.append(f"<tr{kind}>{cells}</tr>")
            parts.append("</table>")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{TITLE}</title>\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


def _tables(section: Section) -> Iterator[Table]:
    calls = [
        (
            "" if call.is_argument else str(call.line),
            code(call.text),
            _by_itself(call.counterpart.torch),
            differs,
        )
        for call, differs in _told_once(section.calls)
    ]
    if calls:
        yield Table("In PyTorch", ("line", "Keras", "PyTorch", "what differs"), calls)
    remarks = [(str(r.line), code(r.what), r.why) for r in _sorted(section.remarks)]
    if remarks:
        yield Table("To check", ("line", "name", "what is known of it"), remarks)
    changes = [(str(c.line), c.what, c.why) for c in _sorted(section.changes)]
    if changes:
        yield Table("Changed in the script", ("line", "what", "why"), changes)


def _told_once(calls: Sequence[Call]) -> Iterator[tuple[Call, str]]:
    """Yield calls and what differs: where that is long, the first time alone."""
    lines: dict[str, int] = {}
    for call in calls:
        text = _by_itself(call.counterpart.differs)
        line = lines.setdefault(text, call.line)
        yield call, text if line == call.line or len(text) < LONG else f"as on line {line}"


def _by_itself(text: str) -> str:
    """Name the chapters of the guide that a text of it has links to."""
    return re.sub(r"\[([^\]]+)\]\(#[^)]+\)", r'"\1" in the guide', text)


def _sorted(changes: Sequence[Change]) -> list[Change]:
    return sorted(dict.fromkeys(changes), key=lambda change: change.line)


def code(text: str) -> str:
    """Mark text as code, cut to a length that can be read."""
    short = text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."
    ticks = "`" * (1 + max(map(len, re.findall("`+", short)), default=0))
    pad = " " if short.startswith("`") or short.endswith("`") else ""
    return f"{ticks}{pad}{short}{pad}{ticks}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _marked(text: str) -> str:
    """Turn the code in a line of Markdown into HTML."""
    # Between matches stands plain text; a match gives its ticks and its code.
    pieces = iter(re.split(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", text))
    marked = []
    for plain in pieces:
        marked.append(html.escape(plain))
        if next(pieces, None):
            marked.append(f"<code>{html.escape(next(pieces).strip())}</code>")
    return "".join(marked)
