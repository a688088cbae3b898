"""Readers of histories that other tools recorded."""
