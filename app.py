"""What servers and the flask command load."""

from portal.config.collecting import not_collecting

with not_collecting():
    from portal.factory import create_app

    app = create_app()
