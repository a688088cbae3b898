"""A run: clients against servers under faults, recorded, then checked, then reported."""
