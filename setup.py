"""Builds a wheel that installs the addon as `odoo.addons.relationship_insight`.

`odoo` and `odoo.addons` are namespace packages that several distributions share, so neither gets
an __init__.py here. Odoo itself is not declared as a requirement: its server is on no package
index, so pip would refuse to install the wheel beside an Odoo that it did not install itself (a
git checkout, Debian's package). Odoo checks the series by the manifest's version instead.
"""

import ast
import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
ADDON = "relationship_insight"
IGNORED = {"__pycache__"}


def manifest():
    """The addon's manifest, read without importing it."""
    return ast.literal_eval((ROOT / ADDON / "__manifest__.py").read_text(encoding="utf-8"))


def folders():
    """Every folder of the addon that holds files, relative to the repository.

    The dots of a migration's folder would be taken for packages: see `migrations`.
    """
    files = (path for path in (ROOT / ADDON).rglob("*") if path.is_file())
    found = {path.parent.relative_to(ROOT) for path in files} | {Path(ADDON)}
    return sorted(
        folder
        for folder in found
        if not IGNORED & set(folder.parts) and "migrations" not in folder.parts
    )


def migrations():
    """The migration scripts, as data of the addon's own package."""
    found = (ROOT / ADDON / "migrations").rglob("*.py")
    return sorted(path.relative_to(ROOT / ADDON).as_posix() for path in found)


def packages():
    """{package: folder}: each folder is a package, so that data files are taken like modules."""
    return {f"odoo.addons.{'.'.join(folder.parts)}": str(folder) for folder in folders()}


class BuildAnew(build_py):
    """Starts from nothing: what an earlier build left in its folder would be packed again.

    Assets are named by patterns, so a browser would go on loading a script that was deleted.
    """

    def run(self):
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


INFO = manifest()
PACKAGES = packages()

setup(
    name="odoo-addon-relationship-insight",
    version=INFO["version"],
    description=INFO["summary"],
    long_description=(ROOT / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author=INFO["author"],
    license=INFO["license"],
    license_files=[f"{ADDON}/LICENSE"],
    cmdclass={"build_py": BuildAnew},
    python_requires=">=3.10",
    packages=list(PACKAGES),
    package_dir=PACKAGES,
    package_data={name: ["*"] for name in PACKAGES}
    | {f"odoo.addons.{ADDON}": ["*", *migrations()]},
    zip_safe=False,
    classifiers=[
        "Framework :: Odoo",
        "Framework :: Odoo :: 19.0",
        "Programming Language :: Python :: 3",
    ],
)
