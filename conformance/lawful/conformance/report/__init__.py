"""What a user is shown of a verdict: on the terminal, as a Markdown report, as one column per client."""
