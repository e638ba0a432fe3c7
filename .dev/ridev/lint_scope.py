"""pytest plugin for `make lint`: Odoo's test_lint looks at this addon's files alone."""

from odoo.modules.module import Manifest

from .layout import ADDON

Manifest.all_addon_manifests = staticmethod(lambda: [Manifest.for_addon(ADDON.name)])
