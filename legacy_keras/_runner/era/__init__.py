"""What modules of 2015/16 did and do no more: one adapter a library, named in ``era_modules.py``.

Each behaves as the release of that time did; its docstrings say which, and what it stands on.
"""
