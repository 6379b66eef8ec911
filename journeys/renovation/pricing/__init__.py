"""What it costs: the one price book, regions, cost lines and their sums, in integer cents."""
