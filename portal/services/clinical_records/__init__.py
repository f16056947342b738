"""A child's record out of the practice's own system, for its report: read, chosen line by line, and then forgotten."""
