"""Records law: how long things are kept, holds, erasures with their certificates, subject access, leaving."""
