"""Helpers around models: the modules that 0.3.3 has here."""
