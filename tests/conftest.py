"""What every test takes for granted, however pytest was started."""

from __future__ import annotations

import signal

# A shell without job control starts what runs in the background with SIGINT ignored, and children inherit that: no
# test could interrupt the programs that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
