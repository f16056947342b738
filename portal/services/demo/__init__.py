"""The demonstration: two invented partnerships, built through the same services and imports as real ones."""
