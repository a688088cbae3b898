"""Whatever is in a file, reading it gives a history or an error for the user: never a traceback, never a hang."""
