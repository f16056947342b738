"""Actions: what agencies have promised to do, how far they are, and the check before each is closed."""
