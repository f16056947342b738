"""What every page shares: guards, error pages, template helpers."""
