"""What people type, checked and cleaned."""
