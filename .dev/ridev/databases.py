"""Databases: what this project created, templates that are built once, and clones of them.

Each database this project creates carries a comment that says so. No other is ever changed.
"""

import ast
import contextlib
import fcntl
import json
import os
import re
import secrets
import shutil
import subprocess
import time

from . import odoo, odoo_source, postgres
from .layout import ADDON, DEV, HOME, LOGS, checkout_id, short_hash, tree_hash
from .ui import Stop, need_space, say, step

FORMAT = 1  # raise to rebuild every template
# With point_of_sale these bring pos_sale, as most shops have it; and pos_hr, for the tests.
EXTRA = ("sale_management",)
EXTRA_FOR_TESTS = ("hr",)
NOT_IN_DATABASE = ("tests", "i18n", "static/description")
BUNDLES = """
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
"""
_COMPLAINT = re.compile(r"^\d{4}-\d\d-\d\d \S+ \d+ (WARNING|ERROR|CRITICAL) ", re.M)


class Databases:
    """The databases of one PostgreSQL server, with the files Odoo keeps beside them."""

    def __init__(self, server, root):
        self.server, self.root = server, root
        self.conf = odoo.write_conf(server, root)
        self._files = odoo.data_folder(server) / "filestore"

    # --- plain databases ---------------------------------------------------------------------

    def sql(self, *statements, database="postgres"):
        """Run statements with psql, each on its own; returns the lines of the answers."""
        program = postgres.binaries() / "psql" if postgres.binaries() else "psql"
        command = [str(program), "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", database]
        for statement in statements:
            command += ["-c", statement]
        quiet = {"PGOPTIONS": "-c client_min_messages=warning"}
        environment = odoo.environment(self.server) | quiet
        done = subprocess.run(command, env=environment, text=True, capture_output=True, check=False)
        if done.returncode:
            raise Stop(f"PostgreSQL refused '{statements[0]}':\n{done.stderr.strip()}")
        return done.stdout.splitlines()

    def exists(self, name):
        return bool(self.sql(f"select 1 from pg_database where datname = '{name}'"))

    def notes(self):
        """{name: note} of the databases that this working folder created on this server."""
        rows = self.sql(
            "select datname || '|' || shobj_description(oid, 'pg_database') from pg_database"
            " where shobj_description(oid, 'pg_database') like '{\"relationship_insight\"%'"
        )
        notes = {name: json.loads(text) for name, text in (row.split("|", 1) for row in rows)}
        return {k: v for k, v in notes.items() if v["relationship_insight"] == checkout_id()}

    def create(self, name, note, template=None):
        """Create an empty database, or a copy of a template with its files; stop if it exists."""
        if self.exists(name):
            raise Stop(
                f"The database '{name}' is there already and was not made by this working folder,"
                " so it is left alone. Remove or rename it yourself, or choose another name by"
                " RI_DB (for make run)."
            )
        text = self._comment(name, note)
        if template:
            self.sql(f'create database "{name}" template "{template}"{self._copying()}', text)
            self._link_files(template, name)
        else:
            options = "template template0 encoding 'UTF8' lc_collate 'C'"
            self.sql(f'create database "{name}" {options}', text)
            with contextlib.suppress(Stop):  # a foreign server may lack the contributed modules
                self.sql("create extension pg_trgm", "create extension unaccent", database=name)

    def _copying(self):
        return " strategy file_copy" if self._major() >= 15 else ""

    def _major(self):
        return int(self.sql("show server_version_num")[0]) // 10000

    def _comment(self, name, note):
        text = json.dumps({"relationship_insight": checkout_id(), **note}).replace("'", "''")
        return f"comment on database \"{name}\" is '{text}'"

    def annotate(self, name, note):
        """Replace what is remembered about one of our databases."""
        self.sql(self._comment(name, note))

    def drop(self, name):
        """Drop one of our databases and its files; one that is not ours stays."""
        if name in self.notes():
            self.sql(f'drop database if exists "{name}" with (force)')
            shutil.rmtree(self._files / name, ignore_errors=True)

    def rename(self, old, new):
        """Rename one of our databases with its files."""
        self.sql(f'alter database "{old}" rename to "{new}"')
        shutil.rmtree(self._files / new, ignore_errors=True)
        if (self._files / old).exists():
            (self._files / old).rename(self._files / new)

    def _link_files(self, template, name):
        target = self._files / name
        shutil.rmtree(target, ignore_errors=True)
        if (self._files / template).exists():
            shutil.copytree(self._files / template, target, copy_function=_link)

    # --- templates ---------------------------------------------------------------------------

    def _template_name(self, install_key):
        return f"ri_addon_{short_hash(install_key, self.addon_key())}"

    def _install_key(self):
        return short_hash(self._base_key(demo=False), self.addon_key(code_only=True))

    def has_template(self):
        """Whether `template` has nothing to do."""
        return self._template_name(self._install_key()) in self.notes()

    def template(self):
        """Name of the template with the addon installed and its web pages' bundles built."""
        install_key = self._install_key()
        name = self._template_name(install_key)
        if name in self.notes():
            return name
        new = f"{name}_new"
        self.drop(new)
        note = {"kind": "addon", "install_key": install_key}
        notes = self.notes()
        similar = [n for n, old in notes.items() if old.get("install_key") == install_key]
        if similar:  # only tours, scripts or styles changed: build just the bundles anew
            self.create(new, {"kind": "part"}, template=similar[0])
            note["complaints"] = notes[similar[0]]["complaints"]
        else:
            self.create(new, {"kind": "part"}, template=self.base_template())
            log = LOGS / "install.log"
            log.unlink(missing_ok=True)
            with step("installing the addon", log):
                self.install(new, [ADDON.name], log)
            note["complaints"] = complaints(log)
        with step("building the web pages' scripts and styles", LOGS / "bundles.log"):
            log, what = LOGS / "bundles.log", "building the scripts and styles"
            odoo.shell(self.server, self.conf, new, BUNDLES, log=log, what=what)
        self.rename(new, name)
        self.annotate(name, note)
        self._forget("addon", keep=name)
        return name

    def base_template(self, demo=False):
        """Name of the template with everything the addon depends on, without the addon.

        Of several processes that want it at once, one builds it and the others wait.
        """
        name = f"ri_base_{'demo_' if demo else ''}{self._base_key(demo)}"
        with open(HOME / "template.lock", "w") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            if name not in self.notes():
                self._build_base(name, demo)
        return name

    def _build_base(self, name, demo):
        new = f"{name}_new"
        self.drop(new)
        need_space(HOME, 600, "the template database")
        self.create(new, {"kind": "part"})
        log = LOGS / f"{name}.log"
        log.unlink(missing_ok=True)
        modules = self._base_modules(demo)
        with step(f"template database with {'demo data and ' if demo else ''}Odoo's own apps", log):
            self.install(new, modules, log, *(["--with-demo"] if demo else []))
        self.rename(new, name)
        self.annotate(name, {"kind": "base-demo" if demo else "base"})
        self._forget("base-demo" if demo else "base", keep=name)

    def install(self, database, modules, log, *arguments):
        """Install modules in one of our databases."""
        what = f"installing {', '.join(modules)}"
        arguments = ("-i", ",".join(modules), *arguments)
        odoo.command(self.server, self.conf, database, *arguments, log=log, what=what)

    def _forget(self, kind, keep):
        for name, note in self.notes().items():
            if name != keep and note["kind"] in (kind, "part"):
                self.drop(name)

    def complaints(self, template):
        """The warnings and errors that Odoo logged when the addon was installed in a template."""
        return self.notes()[template]["complaints"]

    @staticmethod
    def depends():
        """The modules the manifest depends on."""
        return ast.literal_eval((ADDON / "__manifest__.py").read_text())["depends"]

    @staticmethod
    def addon_key(code_only=False):
        """Hash of what the addon puts into a database, with or without its static files."""
        skip = NOT_IN_DATABASE + (("static",) if code_only else ())
        return tree_hash(ADDON, skip)[:12]

    def _base_modules(self, demo):
        return [*self.depends(), *EXTRA, *(() if demo else EXTRA_FOR_TESTS)]

    def _base_key(self, demo):
        requirements = (DEV / "requirements-run.txt").read_text()
        parts = (*self._base_modules(demo), requirements, self._major(), demo)
        return short_hash(FORMAT, odoo_source.version(self.root), *parts)

    # --- clones ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def clone(self, template, purpose):
        """A throw-away copy of a template; gone when the block ends."""
        name = f"ri_{purpose}_{os.getpid()}_{secrets.token_hex(3)}"
        begin = time.monotonic()
        self.create(name, {"kind": "clone", "pid": os.getpid()}, template=template)
        say(f"database {name}: cloned in {time.monotonic() - begin:.1f} s")
        try:
            yield name
        finally:
            self.drop(name)

    def drop_orphans(self):
        """Drop clones whose process is gone (it was killed before it could clean up)."""
        for name, note in self.notes().items():
            if note["kind"] == "clone" and not _alive(note["pid"]):
                self.drop(name)

    def drop_all(self):
        """Drop everything this working folder created on the server."""
        for name in self.notes():
            self.drop(name)


def _link(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def complaints(log):
    """The warning and error lines of an Odoo log."""
    lines = log.read_text(errors="replace").splitlines()
    return [line for line in lines if _COMPLAINT.match(line)]
