"""Calling from many threads at one moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

CALLERS = 8


def at_once(function, arguments):
    """Results of the function for each of the arguments, all called together."""
    arguments = list(arguments)
    barrier = Barrier(len(arguments))

    def call(argument):
        barrier.wait(timeout=60)
        return function(argument)

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(call, arguments))
