"""Whole jobs: a bathroom, a basement, a weekend, and what comes first, when, and how long it lasts."""
