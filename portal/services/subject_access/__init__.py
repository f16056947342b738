"""All that is held on one child, for a request of access: gathered, reviewed for third parties, handed out."""
