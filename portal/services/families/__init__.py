"""The family at a meeting: who came, what the children think, and which of the children each agency knows."""
