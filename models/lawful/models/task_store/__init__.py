"""Sequential models of the task store's tables, one file each."""
