"""What follows a meeting on paper: minutes and decision sheet, sent in time, read, and put right."""
