"""Home: the few things that need one person, under all of their memberships."""
