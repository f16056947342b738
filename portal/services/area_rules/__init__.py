"""The rules of an area besides its kinds of meetings: what holds, what is planned, and how both are changed."""
