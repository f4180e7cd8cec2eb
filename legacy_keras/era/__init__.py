"""What modules of 2015/16 did and do no more: one adapter a library.

The runner gives them to scripts, by the table of ``_runner/era_modules.py``; a script that
``legacy-keras migrate`` wrote imports them by name.
Each behaves as the release of that time did; its docstrings say which, and what it stands on.
"""
