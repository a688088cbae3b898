"""Pairs of stores that must come out differently: that a test can fail is what makes its passing worth something."""
