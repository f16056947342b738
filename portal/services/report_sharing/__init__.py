"""What a family has seen of agencies' reports, its version of one, and reports that are not needed."""
