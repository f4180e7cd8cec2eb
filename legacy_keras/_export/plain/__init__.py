"""Layers and functions that torch lacks, as an exported model.py takes them along.

Each module here imports torch and nothing of this package. Single classes and functions
are copied out of them, with those that they name. So each stands alone: there are no
aliases and no tables at the top of a module.
"""
