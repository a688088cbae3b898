"""What a store had lost after its servers crashed, to the operation, and how stale what it answered was."""
