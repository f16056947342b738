"""Actions of meetings: writing them down, a meeting's list of them, and what a conference does with other meetings'."""
