"""The demonstration's audits: rounds, returns at every stage, a panel, sessions and actions, all by the services."""
