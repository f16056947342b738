"""Where anchors of the trail are kept: set up once by the factory, for each app its own."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from sqlalchemy import Engine

from portal.config import Settings, SettingsError
from portal.config.servers import IN_BUCKET
from portal.database.session import db
from portal.gateways.anchor_store import AnchorStore, BucketAnchors, FolderAnchors
from portal.gateways.file_store import StoreUnusable

# By engine, as with files: two apps in one process keep their anchors apart.
_stores: WeakKeyDictionary[Engine, AnchorStore] = WeakKeyDictionary()


def anchor_store_of(settings: Settings) -> AnchorStore:
    """What the settings ask for. Raises SettingsError where they name no place."""
    url, place = settings.anchor_url, settings.anchors
    try:
        if not url.startswith(IN_BUCKET):
            return FolderAnchors.at(url)
        return BucketAnchors.at(
            url, key_id=place.key_id, secret=place.secret, region=place.region, endpoint=place.endpoint
        )
    except StoreUnusable as fault:
        raise SettingsError([f"ANCHOR_URL {fault}"]) from None


def install_anchor_store(store: AnchorStore) -> None:
    """Use this for the running app from now on."""
    _stores[db.engine] = store


def anchor_store() -> AnchorStore:
    """The running app's own."""
    return _stores[db.engine]
