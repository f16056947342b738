"""What servers and the flask command load."""

from portal.factory import create_app

app = create_app()
