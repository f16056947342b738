"""Talks of a chair with an agency by telephone: written down, confirmed or corrected by the agency, and counted."""
