"""The rooms of the figures: the board's, an agency's, a chair's, what crossed a line, and the week's sheet."""
