from contextlib import ExitStack, contextmanager
from functools import wraps
from unittest.mock import patch


def snapshot_months(env):
    """Write the month ends that are missing, as the night does before it reads everybody."""
    Profile = env["relationship.profile"]
    for company, day in Profile._night_slices(Profile._companies()):
        if day:
            Profile._refresh_slice(company, day)


@contextmanager
def recorded(env, model, *methods):
    """Note what a browser asks of these methods: a list of (method, arguments, answer).

    A tour runs in this process, so what it did can be told once it has ended.
    """
    cls, calls = env.registry[model], []

    def watch(name):
        method = getattr(cls, name)

        @wraps(method)
        def call(self, *args, **kwargs):
            result = method(self, *args, **kwargs)
            calls.append((name, [*([self.ids] if self.ids else []), *args], result))
            return result

        return patch.object(cls, name, call)

    with ExitStack() as stack:
        for name in methods:
            stack.enter_context(watch(name))
        yield calls
