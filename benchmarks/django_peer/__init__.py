"""The same list and the same save in Django's admin, over the portal's own tables: what the portal is measured against.

It runs in a virtual environment of its own (requirements.txt) and imports nothing of the portal.
"""
