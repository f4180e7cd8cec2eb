"""Tables and pictures of what ``run.py`` and ``growth.py`` measured.

    python benchmarks/report.py

draws the pictures anew from the data in ``benchmarks/results``, and puts the figures into the
section of the README between the two marks.
"""

from __future__ import annotations

import json
import os
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results"
README = HERE.parent / "README.md"
BEGIN, END = "<!-- figures: python benchmarks/report.py -->", "<!-- end of figures -->"


def machine(device: str = "cpu") -> str:
    """Describe the machine in words: processor, cores, versions; no names."""
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", cpuinfo.read_text(), re.MULTILINE)
        name = found[1] if found else name
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    parts = [f"{name}, {cores} cores"]
    if device != "cpu":
        import torch

        parts.append(torch.cuda.get_device_name(device))
    parts += [platform.system(), f"Python {platform.python_version()}"]
    parts += [f"PyTorch {version('torch').partition('+')[0]}", f"NumPy {version('numpy')}"]
    return ", ".join(parts)


def write(path: Path, data: dict[str, Any]) -> None:
    """Write data as JSON, and the picture of it beside."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    picture = path.with_suffix(".svg")
    PICTURES[path.stem.partition("-")[0]](data, picture)
    print(f"wrote {path} and {picture.name}")


def _pyplot() -> Any:
    try:
        import matplotlib
    except ImportError as error:
        raise ImportError(
            f"The picture needs matplotlib, which could not be imported ({error}). "
            'Install it with: pip install "legacy-keras[plot]"'
        ) from error
    matplotlib.use("agg")
    # The same text and ids from run to run, so that a picture changes only with its data.
    matplotlib.rcParams.update({"svg.hashsalt": "legacy-keras", "font.size": 9})
    from matplotlib import pyplot

    return pyplot


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    _pyplot().close(figure)


# Speed


def speed_line(result: dict[str, Any] | None = None) -> str:
    """Return a line of the table that ``run.py`` prints; its head without a result."""
    if result is None:
        return (
            f"{'workload':17} {'by hand':>11} {'legacy-keras':>13} per      "
            "ratio (lowest, highest)  first batch  memory"
        )
    by_hand, ours = (f"{seconds * 1000:.2f} ms" for seconds in result["seconds"].values())
    low, high = min(result["ratios"]), max(result["ratios"])
    return (
        f"{result['workload']:17} {by_hand:>11} {ours:>13} {result['unit']:8} "
        f"{result['ratio']:5.2f} ({low:.2f}, {high:.2f}) {result['first_batch_ratio']:16.2f} "
        f"{result['memory_ratio']:10.2f}"
    )


def speed_table(data: dict[str, Any]) -> str:
    """Return the table of the README."""
    lines = [
        "| workload | what | time, by hand = 1 | of the rounds | memory, by hand = 1 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for r in data["results"]:
        low, high = min(r["ratios"]), max(r["ratios"])
        lines.append(
            f"| `{r['workload']}` | {r['what']} | {r['ratio']:.2f} | {low:.2f} to {high:.2f} "
            f"| {r['memory_ratio']:.2f} |"
        )
    return "\n".join(lines)


def draw_speed(data: dict[str, Any], path: Path) -> None:
    """Draw the ratio of each workload with the range of its rounds."""
    results = data["results"][::-1]
    figure, axes = _pyplot().subplots(figsize=(7, 0.8 + 0.3 * len(results)))
    for row, r in enumerate(results):
        axes.plot([min(r["ratios"]), max(r["ratios"])], [row, row], color="#9aa5b1", lw=2)
        axes.plot([r["ratio"]], [row], "o", color="#1f6feb")
    axes.axvline(1, color="black", lw=0.8)
    axes.set_yticks(range(len(results)), [r["workload"] for r in results])
    axes.set_xlim(left=0)
    axes.set_xlabel("time of legacy-keras, by hand in PyTorch = 1 (less is faster)")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    _save(figure, path)


# Growth


def draw_growth(data: dict[str, Any], path: Path) -> None:
    """Draw all curves, in a grid."""
    curves = data["curves"]
    figure, grid = _pyplot().subplots(-(-len(curves) // 3), 3, figsize=(11, 6.5), squeeze=False)
    for axes, curve in zip(grid.flat, curves):
        for label, points in curve["series"].items():
            axes.plot(*zip(*points), "o-", ms=3, label=label)
        if curve["scale"] == "log":
            sizes = [size for size, _ in points]
            axes.set_xscale("log")
            axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
            axes.minorticks_off()
        axes.set_ylim(0, 1.4 * max(y for series in curve["series"].values() for _, y in series))
        axes.set_title(curve["title"])
        axes.set_xlabel(curve["x"])
        axes.set_ylabel(curve["y"])
        axes.legend(frameon=False)
    for axes in grid.flat[len(curves) :]:
        axes.set_visible(False)
    figure.tight_layout()
    _save(figure, path)


PICTURES = {"speed": draw_speed, "growth": draw_growth}


# The README


def section() -> str:
    """Return the text between the marks of the README."""
    parts = []
    for path in sorted(RESULTS.glob("speed-*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        device = path.stem.partition("-")[2]
        threads = f"{data['threads']} thread{'s' if data['threads'] != 1 else ''}"
        where = f"on {threads} of a CPU" if device == "cpu" else "on a GPU"
        picture = f"benchmarks/results/{path.stem}.svg"
        parts += [
            f"Time {where}, median of {data['rounds']} rounds ({data['machine']}):",
            speed_table(data),
            f"![Time of legacy-keras relative to PyTorch by hand]({picture})",
        ]
    growth = RESULTS / "growth.json"
    if growth.exists():
        data = json.loads(growth.read_text(encoding="utf-8"))
        parts += [
            f"How time, of the processor, and memory grow ({data['machine']}):",
            "\n".join(f"- {curve['says']}" for curve in data["curves"]),
            "![Time and memory over size](benchmarks/results/growth.svg)",
        ]
    return "\n\n".join(parts)


def main() -> None:
    for path in sorted(RESULTS.glob("*.json")):
        write(path, json.loads(path.read_text(encoding="utf-8")))
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    README.write_text(f"{before}{BEGIN}\n\n{section()}\n\n{END}{after}", encoding="utf-8")
    print(f"wrote {README.name}")


if __name__ == "__main__":
    main()
