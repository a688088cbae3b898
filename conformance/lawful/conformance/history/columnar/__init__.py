"""Large histories straight into columns, without an object for each operation."""
