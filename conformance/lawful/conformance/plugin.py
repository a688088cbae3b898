"""The pytest plugin: imported by every pytest run of a user, so it imports nothing heavy itself."""
