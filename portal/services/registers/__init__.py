"""The chair's register: read as one sheet, marked row by row, closed once."""
