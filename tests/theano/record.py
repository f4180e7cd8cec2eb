"""Fills recorded.json: what expressions are worth in Theano 0.8.2, asked of Theano itself.

    THEANO_FLAGS=floatX=float32,optimizer=fast_compile python2.7 record.py recorded.json

Runs on Python 2.7 with Theano==0.8.2, and is not part of the tests. To add a case, add
``["the expression", null, null]`` and run this.
"""

import json
import sys

import numpy as np
import theano
import theano.tensor as T
from theano.ifelse import ifelse
from theano.scan_module import until
from theano.tensor import slinalg
from theano.tensor.nnet import conv3d2d, neighbours
from theano.tensor.signal import conv, downsample, pool

NAMES = dict(
    T=T, conv=conv, conv3d2d=conv3d2d, downsample=downsample, ifelse=ifelse, neighbours=neighbours,
    np=np, pool=pool, slinalg=slinalg, theano=theano, until=until,
)  # fmt: skip


def main(path):
    with open(path) as file:
        recorded = json.load(file)
    symbols = {
        str(name): T.TensorType("int32" if name == "i" else "float32", (False,) * np.ndim(value))()
        for name, value in recorded["inputs"].items()
    }
    inputs = list(symbols.values())
    values = [np.array(recorded["inputs"][name], symbol.dtype) for name, symbol in symbols.items()]
    cases = []
    for expression, _, _ in recorded["cases"]:
        output = eval(expression, dict(NAMES, **symbols))
        value = theano.function(inputs, output, on_unused_input="ignore")(*values)
        value = np.asarray(value)
        cases.append([expression, str(value.dtype), np.round(value.astype(float), 6).tolist()])
    given = ["{}: {}".format(*map(json.dumps, item)) for item in sorted(recorded["inputs"].items())]
    lines = [",\n".join(given), ",\n".join(map(json.dumps, cases))]
    with open(path, "w") as file:
        file.write('{{\n"inputs": {{\n{}\n}},\n"cases": [\n{}\n]\n}}\n'.format(*lines))


if __name__ == "__main__":
    main(*sys.argv[1:])
