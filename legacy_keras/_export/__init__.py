"""The way out: from a model to plain PyTorch that does without this package.

`modules.py` has `to_torch`, `folder.py` writes a folder with source, weights, training loop
and report. Both come from one source: `model.py` goes through a model's layers and asks the
table in `writers.py` to write each; `to_torch` runs what was written. See README.md.
"""
