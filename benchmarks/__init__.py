"""The project's benchmarks: `make bench`, or `python -m benchmarks`. README.md says what is measured, and how."""
