"""What happened to a family or to one child, in one list: each source tells only what its own rule of access lets."""
