"""`python -m lawful.conformance.cli` is `lawful`."""

import sys

from lawful.conformance.cli import main

if __name__ == "__main__":
    sys.exit(main())
