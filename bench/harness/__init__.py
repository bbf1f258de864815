"""What the benchmarks share: the machine, the servers under load, the load generator, and the report."""
