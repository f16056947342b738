"""Anonymised quotations: proposed, put to the meeting's chair, and read by the board once the chair has agreed."""
