"""Stores that keep the right declaration in a wrong way, one file per kind of mistake."""
