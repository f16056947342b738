"""Child protection plans: from signed outcomes and files, checked midway, listed for the panel, and counted."""
