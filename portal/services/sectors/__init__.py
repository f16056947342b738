"""Sector leads: the agencies of a sector, who is behind, reminding them, and supporting remarks. No case content."""
