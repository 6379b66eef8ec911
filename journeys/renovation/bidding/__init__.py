"""A contractor's side: the estimate by trades, the proposal, its payments and changes, and quotes beside one another."""
