"""Reports and files sent to the wrong child or person: withdrawn, listed with who had opened them, assessed."""
