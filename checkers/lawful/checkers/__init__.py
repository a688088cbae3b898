"""Does it hold? Pure functions from a history and a model to a verdict."""
