"""Whether a model that runs refines a system that is proved."""
