"""Views of the figures kept under a name, and the links to them that come by mail."""
