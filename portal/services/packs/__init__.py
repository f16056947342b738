"""Packs of figures: asked for in a page, made by the worker, kept, opened and deleted."""
