"""The refresh: evidence turned into insight, as functions that give SQL of named steps.

Each step says which figures of the profile it brings; the table that is written is made of them.
"""
