"""Days away: who plans them, and who stands in meanwhile."""
