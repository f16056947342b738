"""What agencies contest of what is expected of them: raised, taken back, decided, listed."""
