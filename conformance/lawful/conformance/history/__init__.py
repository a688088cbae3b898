"""Histories as files: recording, reading, checking their form, and reading the formats of others."""
