"""Stores with one mistake each, the simulation that drives them, and the table of which clause rejects which."""
