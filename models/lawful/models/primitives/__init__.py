"""The primitives that a store offers its clients, as models: one command at a time, each atomic."""
