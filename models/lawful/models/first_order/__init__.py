"""Transition systems in first-order logic, written as Python callables: run, searched and proved from one text."""
