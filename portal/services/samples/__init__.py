"""Practice audits: dip samples and audits of a theme, drawn, reviewed, settled, closed and counted."""
