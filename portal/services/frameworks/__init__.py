"""Audit frameworks of a partnership: loading them from files, reading and comparing editions, drafting new ones."""
