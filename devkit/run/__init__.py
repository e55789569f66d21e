"""``make run``: the servers of a whole system, their ports and what is told of them."""
