"""`lawful watch` without its command line: follow a file, find violations, report them, save and resume."""
