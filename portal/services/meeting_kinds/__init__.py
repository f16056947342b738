"""A partnership's kinds of meetings: what each is, the rules it is held to, and how both are changed."""
