"""Executable specifications and conformance checks for replicated task stores."""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
