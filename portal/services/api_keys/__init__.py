"""Keys by which machines read figures: made and ended in a page, counted and held back at the door of the API."""
