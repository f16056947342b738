"""The strategy record in its standard form: written question by question, signed, read, and amended with a reason."""
