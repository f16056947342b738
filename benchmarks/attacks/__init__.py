"""Attacks on a running demonstration with tools that anybody can get: see docs/security.md#attacking-it-yourself."""
