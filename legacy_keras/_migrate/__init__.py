"""Leaving Keras 0.x: what ``legacy-keras migrate`` writes, and what it says.

counterparts.md  the tables of the migration guide: what each name is in PyTorch
counterparts.py  reads them
"""
