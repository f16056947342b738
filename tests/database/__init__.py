"""The ground under the tables."""
