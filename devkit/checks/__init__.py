"""House checks: what no linter knows about this repository, each a function over its files."""
