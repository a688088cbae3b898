"""Against the real thing: backends, faults, workloads, recordings, reports, command line and pytest plugin."""
