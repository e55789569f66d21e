"""`make bench GROWTH=1`: what grows with the number of appointments."""
