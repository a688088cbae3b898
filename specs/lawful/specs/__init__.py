"""What must hold: numbered clauses and the tables that they speak of, as data without I/O."""
