"""Second opinions: verdicts checked again by means that share nothing with the search that gave them."""
