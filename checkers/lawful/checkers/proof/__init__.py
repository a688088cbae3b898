"""Proofs about the declared tables of the task store, for any number of rows and clients."""
