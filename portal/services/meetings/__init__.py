"""Meetings as people look for them, and one meeting with all that its viewer may know of it."""
