"""Everything behind `make run`, `make test`, `make bench` and `make lint`. Standard library only."""
