"""Flask extensions that guards and views use; the database's own stands in portal/database/session.py."""

from __future__ import annotations

from flask_login import LoginManager

login_manager = LoginManager()
