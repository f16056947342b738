"""The outside world: files, scanners, documents; each an ordinary module over a library."""
