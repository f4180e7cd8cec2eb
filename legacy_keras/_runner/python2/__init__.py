"""What translated modules find at run time: Python 2's builtins, and helpers of the fixers.

builtins.py  `BUILTINS`, the table: each name of Python 2 that Python 3 lacks or means otherwise
helpers.py   ``_py2`` in translated source: what the fixers write calls of
"""
