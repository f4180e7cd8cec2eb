"""Mutated files load or are refused, quickly and in little memory; see README.md."""

from __future__ import annotations

from pathlib import Path

import pytest
from mutate import cases, problems, run

FILES = 1500


@pytest.mark.parametrize("kind", ["h5", "json", "yaml"])
def test_mutated_files_load_or_are_refused(kind: str, tmp_path: Path) -> None:
    good = [case for case in cases() if case[0].endswith(kind)]

    counts = run(good, seed=2016, files=FILES, folder=tmp_path)

    assert counts.total() == FILES
    assert not problems(counts)


def test_the_good_files_load(tmp_path: Path) -> None:
    for name, content, read in cases():
        read(content, tmp_path / name)
