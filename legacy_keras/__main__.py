"""``python -m legacy_keras`` and the command ``legacy-keras``: see ``_runner/cli.py``."""

from ._runner.cli import main

if __name__ == "__main__":
    main()
