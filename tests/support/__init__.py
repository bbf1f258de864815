"""What the Python test suites share: a real server on a free port, and helpers to talk to it."""
