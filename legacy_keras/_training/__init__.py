"""Training: batches in, a step for each, callbacks around them.

`loop.py` is the one epoch loop; `step.py` computes a batch; `batches.py` makes batches of
arrays or generators; `weighting.py` has masks and weights; `logs.py` and `progress.py` what
is told about it. Nothing here knows the arguments of ``fit``: `legacy_keras.models` does.
"""
