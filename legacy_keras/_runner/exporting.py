"""``legacy-keras export``: from the files of a model to a folder of plain PyTorch."""

from __future__ import annotations

import argparse
import json
import runpy
import sys
from pathlib import Path
from typing import Any

from .._export.report import FILES
from .alias import install

DESCRIPTION = """\
Write a model of Keras 0.x as plain PyTorch: model.py, weights.safetensors, report.md, and
train.py if the configuration is of a compiled model. Needs the extra "export".
"""


USAGE = (
    "Expected what model.to_json() or to_yaml() gave, in a file that ends with .json, .yaml or "
    ".yml, then what model.save_weights() wrote."
)


def export(argv: list[str]) -> int:
    """Export what the arguments name; return the exit status."""
    options = _parser().parse_args(argv)
    install(None)
    try:
        model = _model(options)
        folder = model.export(
            options.to,
            name=options.name,
            batch_size=options.batch_size,
            nb_epoch=options.epochs,
            seed=options.seed,
            onnx=options.onnx,
            pt2=options.pt2,
            overwrite=options.overwrite,
        )
    except (OSError, ValueError, TypeError, ImportError) as error:
        print(f"legacy_keras: {error}", file=sys.stderr)
        return 1
    for name in sorted(FILES):
        if (folder / name).exists():
            print(folder / name)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="legacy-keras export", description=DESCRIPTION, allow_abbrev=False
    )
    parser.add_argument("config", type=Path, help="model.to_json() or to_yaml(), as a file")
    parser.add_argument("weights", type=Path, nargs="?", help="what save_weights() wrote")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="the folder to write")
    parser.add_argument("--name", default="Model", help="name of the class in model.py")
    parser.add_argument(
        "--custom",
        type=Path,
        metavar="FILE.py",
        help="run this file; the configuration may name its layers and functions",
    )
    parser.add_argument(
        "--allow-code",
        action="store_true",
        help="run the code of Lambda layers that is in the configuration; for files of your own",
    )
    parser.add_argument("--batch-size", type=int, default=128, help="for train.py; default: 128")
    parser.add_argument("--epochs", type=int, default=100, help="for train.py; default: 100")
    parser.add_argument(
        "--seed", type=int, default=1337, help="of the order of the data in train.py"
    )
    parser.add_argument("--onnx", action="store_true", help="write model.onnx, too")
    parser.add_argument("--pt2", action="store_true", help="write model.pt2 (torch.export), too")
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there")
    return parser


def _model(options: argparse.Namespace) -> Any:
    """Make the model that the files describe.

    Raises:
        OSError, ValueError, TypeError: for files that cannot be read or used.
    """
    from legacy_keras import models

    for path in (options.config, options.weights, options.custom):
        if path is not None and not path.is_file():
            raise FileNotFoundError(f"there is no file {path}. {USAGE}")
    custom = runpy.run_path(str(options.custom)) if options.custom else {}
    yaml = options.config.suffix in (".yaml", ".yml")
    try:
        text = options.config.read_text(encoding="utf-8")
        if not yaml:
            json.loads(text)
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        kind = "a text" if isinstance(error, UnicodeDecodeError) else "JSON"
        raise ValueError(f"{options.config} is not {kind}. {USAGE}") from error
    read = models.model_from_yaml if yaml else models.model_from_json
    names = {name: value for name, value in custom.items() if callable(value)}
    model = read(text, names, allow_code=options.allow_code)
    if options.weights is not None:
        model.load_weights(options.weights)
    return model
