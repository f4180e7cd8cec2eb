"""Turning sequences, text and pictures into arrays: the modules that 0.3.3 has here."""
