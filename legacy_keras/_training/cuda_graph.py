"""A training step as a CUDA graph: its kernels are launched by one call.

On a GPU a small model waits for Python to launch its kernels. A graph holds the kernels of one
step with the addresses that they read and write, so the tensors of a batch are copied to where
the captured step found them, and what it computes is overwritten by the next replay. The
generators of dropout and noise are registered with the graph, so that each replay draws anew.

Who asks: `Replayer` in ``replay.py``, for batches of a fixed shape, with ``settings.cuda_graph``.
What changes weights stays outside, and with it all numbers that may change: the learning rate,
Adam's t.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from .batches import Batch

WARM_UP_STEPS = 3  # libraries choose kernels and take their workspaces in the first ones


class Captured:
    """One step, captured.

    Args:
        compute: the step, a function of (batch, accuracy); it changes nothing.
        batch: of the shape that all replays have, on the GPU.
        accuracy: passed on.
        generators: those that the step draws from.
        params: what it reads besides the batch; each has to stay where it is in memory.

    Raises:
        RuntimeError: if the step waits for the GPU, or does something else that cannot be
            captured.
    """

    def __init__(
        self,
        compute: Callable[[Batch, bool], Any],
        batch: Batch,
        accuracy: bool,
        generators: list[torch.Generator],
        params: list[Tensor],
    ) -> None:
        self._generators = generators
        self.params = params
        self.addresses = [p.data_ptr() for p in params]
        self.batch = Batch(
            [x.clone() for x in batch.inputs],
            [y.clone() for y in batch.targets],
            [None if w is None else w.clone() for w in batch.weights],
            batch.size,
        )
        states = [generator.get_state() for generator in generators]
        beside = torch.cuda.Stream()
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(WARM_UP_STEPS):
                compute(self.batch, accuracy)
        torch.cuda.current_stream().wait_stream(beside)
        for generator, state in zip(generators, states, strict=True):
            generator.set_state(state)
        self.graph = torch.cuda.CUDAGraph()
        for generator in generators:
            self.graph.register_generator_state(generator)
        with torch.cuda.graph(self.graph):
            self.computed = compute(self.batch, accuracy)

    def run(self, batch: Batch) -> Any:
        """Compute a batch; all but the results is valid until the next one.

        Raises:
            RuntimeError: if a weight lies elsewhere than when the step was captured.
        """
        if [p.data_ptr() for p in self.params] != self.addresses:
            raise RuntimeError("a weight has been given other memory than it was captured with")
        for mine, given in zip(self.batch.tensors(), batch.tensors(), strict=True):
            mine.copy_(given, non_blocking=True)
        self.graph.replay()
        computed = self.computed
        # Logs keep the results of several batches.
        results = [result.clone() for result in computed.results]
        return type(computed)(results, computed.grads, computed.updates)

    def generators(self) -> list[torch.Generator]:
        """Return the generators that the step draws from."""
        return self._generators
