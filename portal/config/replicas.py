"""The setting of the database that is read while the first is away."""

from __future__ import annotations

from collections.abc import Mapping

_FITS = "postgresql"


def replica_faults(env: Mapping[str, str]) -> list[str]:
    """What is wrong with DATABASE_REPLICA_URL; empty where it is right, or not set."""
    replica, primary = env.get("DATABASE_REPLICA_URL", ""), env.get("DATABASE_URL", "")
    if not replica:
        return []
    if not replica.startswith(_FITS) or not primary.startswith(_FITS):
        return ["DATABASE_REPLICA_URL is for PostgreSQL alone: both it and DATABASE_URL begin with postgresql://"]
    if replica == primary:
        return ["DATABASE_REPLICA_URL is the same as DATABASE_URL: name the server that follows it, or leave it out"]
    return []
