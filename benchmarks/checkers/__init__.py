"""The checkers side by side with Porcupine: one run, the same histories, the same limits.

Read `cases` (what is measured), then `generation` (where the histories come from) and `neutral` (the file that both
sides read), then `measurement`.
"""
