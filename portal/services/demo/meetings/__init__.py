"""The invented meetings that are opened, recorded and followed up in the portal, as people do it, week by week."""
