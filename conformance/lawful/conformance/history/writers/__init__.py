"""Writers of histories in the formats of other tools."""
