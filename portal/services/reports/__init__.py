"""An agency's conference report: drafted together, checked, signed off, sent, added to, and read."""
