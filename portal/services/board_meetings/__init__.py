"""The board's own meetings: its groups and their members, what is planned, and who was there."""
