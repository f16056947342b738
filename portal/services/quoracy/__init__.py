"""Quoracy foreseen: whom a meeting to come still needs, whom to call there, and asking them again."""
