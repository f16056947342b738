"""The settings of the place where anchors of the activity are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portal.config.servers import IN_BUCKET, server_faults


@dataclass(frozen=True, slots=True)
class AnchorPlace:
    """Where anchors go, and as whom. Without an address of their own they lie beside the portal's own files."""

    url: str = ""
    """As file:///… or s3://…; empty where none was set."""
    key_id: str = field(default="", repr=False)
    secret: str = field(default="", repr=False)
    region: str = ""
    endpoint: str = ""

    @property
    def is_apart(self) -> bool:
        """Whether somebody has chosen a place, so that it may be one that the portal's own machine cannot rewrite."""
        return bool(self.url)


def anchor_place(env: Mapping[str, str]) -> AnchorPlace:
    """The place that the environment names; a bucket is used with the file store's key where it has none of its own."""

    def value(name: str) -> str:
        return env.get(f"ANCHOR_{name}") or env.get(f"FILE_STORE_{name}", "")

    return AnchorPlace(
        url=env.get("ANCHOR_URL", ""),
        key_id=value("KEY_ID"),
        secret=value("SECRET"),
        region=value("REGION"),
        endpoint=value("ENDPOINT").rstrip("/"),
    )


def anchor_faults(env: Mapping[str, str]) -> list[str]:
    """What is wrong with ANCHOR_URL and what goes with it; empty where it is right, or not set."""
    address = env.get("ANCHOR_URL", "")
    if not address:
        return []
    if address.startswith(IN_BUCKET):
        place = anchor_place(env)
        missing = [name for name, given in (("KEY_ID", place.key_id), ("SECRET", place.secret)) if not given]
        faults = [f"ANCHOR_{name} is missing: a bucket is used with a key" for name in missing]
        return [*faults, *server_faults(env, "ANCHOR_ENDPOINT")]
    if not (address.startswith("file:///") and address.removeprefix("file:///").strip("/")):
        return ["ANCHOR_URL must be file:/// and the full path of a folder, or s3:// and the name of a bucket"]
    return []
