"""What may happen: histories' vocabulary and pure, executable models of sequential objects."""
