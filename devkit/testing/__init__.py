"""``make test`` and what it runs on real servers beside pytest."""
