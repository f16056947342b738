"""Mails: which notices go into which, when, and how they are handed on."""
