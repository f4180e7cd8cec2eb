"""Leaving Keras 0.x: what ``legacy-keras migrate`` writes, and what it says.

command.py       the command line: which files, and where to
script.py        one module on its way through the following
python3.py       what the runner's translator wrote, in the words of today's Python
names.py         imports and names: of Keras, Theano and the libraries of 2016
source.py        source that is edited where its tree says
calls.py         the calls of Keras in a script
report.py        the report, as Markdown and HTML
counterparts.md  the tables of the migration guide: what each name is in PyTorch
counterparts.py  reads them
"""
