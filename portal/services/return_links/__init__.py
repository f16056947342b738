"""The two-minute return: who may be sent a link, making it, its codes, opening it, and what is sent by it."""
