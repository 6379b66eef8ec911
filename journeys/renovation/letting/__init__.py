"""A let property: what it earns, what improves it, and what comes of a plan."""
