"""The improvement plan: its areas and actions, who leads them, how they go, and the board's view of each month."""
