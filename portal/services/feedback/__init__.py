"""Feedback after a conference: cards and mailed links, the public form's answers, figures, and what was written."""
