"""Single sign-on: leaving for a provider, coming back, linking accounts, and signing out there too."""
