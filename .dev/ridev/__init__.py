"""What is behind `make run`, `make test`, `make bench` and `make lint`: standard library only."""
