"""Planning meetings: opened by their trigger, moved and cancelled with their history, and several in a row."""
