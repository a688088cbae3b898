"""Every checker says the same of the same history, and a checker with a mistake in it does not."""
