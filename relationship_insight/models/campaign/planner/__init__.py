"""The planner's steps, as functions: each takes one frozen scope; see ``relationship.planner``."""
