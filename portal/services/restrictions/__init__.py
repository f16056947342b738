"""Records closed to people, reports held back from agencies, and opening what is closed in an emergency."""
