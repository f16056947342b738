"""Backups: one sealed file with the rows of one moment and the files as they lie, and its way back."""
