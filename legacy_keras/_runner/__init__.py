"""Runs scripts written for Keras 0.x, unchanged. Nothing in the package imports this one.

cli.py          command line, then the script, as Python itself would run it
alias.py        makes ``keras`` mean legacy_keras
versions.py     the tables: what Keras 0.x had, what arrived later and when
processes.py    takes the alias along into spawned processes
environment.py  the commands enable, disable and status
startup.py      what Python does at its start where enable was called
"""
