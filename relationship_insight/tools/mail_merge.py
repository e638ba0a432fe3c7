"""Rendering a mail once and filling it in for each receiver.

A template is rendered with marks where the personal values go; the result is cut at the marks,
so that a mail costs one join instead of one rendering. ``mergeable`` says which templates allow
it: those that use personal values only as they are, never in a condition or a calculation.
"""

import ast
import re
import secrets

from lxml import etree, html

_FORMAT = re.compile(r"\{\{(.+?)\}\}|#\{(.+?)\}", re.S)
_PLAIN = ("t-out", "t-esc", "t-field")
_FREE = ("t-name", "t-debug", "t-ignore", "t-translation")


class Marks:
    """Marks of one rendering, which no text can contain by chance."""

    def __init__(self):
        self._salt = secrets.token_hex(8)
        self._pattern = re.compile(rf"rimark{self._salt}-(\w+)-")

    def __call__(self, name):
        return f"rimark{self._salt}-{name}-"

    def cut(self, text):
        """Return [text, name, text, …, text]: what stands around the marks, and their names."""
        return self._pattern.split(str(text))


def fill(pieces, values):
    """Put a mail together from its pieces, as ``Marks.cut`` made them, and {name: value}."""
    parts = list(pieces)
    parts[1::2] = [values[name] for name in pieces[1::2]]
    return "".join(parts)


def mergeable(body, texts, common, personal):
    """Whether a QWeb body and inline texts may be rendered with marks.

    :param body: QWeb source
    :param texts: inline templates, with ``{{ }}``, such as the subject
    :param common: attributes of ``object`` that are the same for every receiver
    :param personal: those a mark stands for
    """
    check = _Check(common, personal)
    try:
        root = html.fragment_fromstring(str(body or ""), create_parent="div")
        return all(check.inline(text) for text in texts) and all(
            check.element(element) for element in root.iter() if isinstance(element.tag, str)
        )
    except (etree.ParserError, SyntaxError, ValueError):
        return False


class _Check:
    def __init__(self, common, personal):
        self._common, self._personal, self._variables = set(common), set(personal), set()

    def element(self, element):
        return all(
            self._attribute(name, value)
            for name, value in element.attrib.items()
            if name.startswith("t-")
        ) and (element.tag != "t" or "t-call" not in element.attrib)

    def _attribute(self, name, value):
        if name in _PLAIN:
            return self._exact(value) or self._shared(value)
        if name.startswith("t-attf-"):
            return self.inline(value)
        if name.startswith("t-att-"):
            return self._exact(value) or self._shared(value)
        if name in ("t-if", "t-elif", "t-foreach", "t-value"):
            return self._shared(value)
        if name in ("t-set", "t-as"):
            self._variables.add(value)
            return True
        return name == "t-else" or name in _FREE or name.startswith("t-valuef")

    def inline(self, text):
        expressions = [a or b for a, b in _FORMAT.findall(text or "")]
        return all(self._exact(part) or self._shared(part) for part in expressions)

    def _exact(self, source):
        """A personal value as it is: ``object.mail_name``."""
        node = ast.parse(source.strip(), mode="eval").body
        return (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "object"
            and node.attr in self._personal
        )

    def _shared(self, source):
        """An expression made of what every receiver has in common."""
        tree = ast.parse(source.strip(), mode="eval")
        reached = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id == "object"
            and node.attr in self._common
        }
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        return all(
            id(name) in reached if name.id == "object" else name.id in self._variables
            for name in names
        )
