"""Runs scripts written for Keras 0.x, unchanged. Of the package, only what leads away from it
imports this one: ``_migrate`` and ``python2``.

cli.py          command line, then the script, as Python itself would run it
alias.py        makes ``keras`` mean legacy_keras
versions.py     the tables: what Keras 0.x had, what arrived later and when
loading.py      loads the script and the modules of its own; each has builtins of its own
signs.py        tells Python 2 source that Python 3 can read
translate.py    Python 2 source to Python 3: the fixers of fixers.py, in order
python2/        Python 2 at run time
era_modules.py  the table: what moved, vanished or changed in other libraries since 2015/16;
                the adapters that it names are in ``legacy_keras/era``
redirect.py     gives own modules what stands in that table, by their ``__import__``
attributes.py   writes the questions for attributes of objects, ``frame.ix``, into own modules
report.py       the command check, and --explain
processes.py    takes all this along into spawned processes
environment.py  the commands enable, disable and status
startup.py      what Python does at its start where enable was called
"""
