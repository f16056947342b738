"""For whom a meeting is that is closed to everybody else, and which families a meeting is about."""
