"""What conferences decide for each child, and what each agency thinks of it: drafted, signed by the chair, amended."""
