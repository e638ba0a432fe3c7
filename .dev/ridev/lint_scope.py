"""pytest plugin for `make lint`: Odoo's test_lint looks at this addon's files alone."""

import os
from pathlib import Path

from odoo.modules.module import Manifest

from .layout import ADDON, HOME

Manifest.all_addon_manifests = staticmethod(lambda: [Manifest.for_addon(ADDON.name)])

_walk = os.walk


def _walk_outside_home(top, *arguments, **options):
    """Like os.walk, but a checkout's working folder isn't part of the checkout."""
    inside = Path(top).is_relative_to(HOME)
    for folder, folders, files in _walk(top, *arguments, **options):
        if not inside and Path(folder) == HOME:
            folders.clear()
            continue
        yield folder, folders, files


os.walk = _walk_outside_home
