# SPDX-License-Identifier: Apache-2.0
"""Reads the YAML files that users edit, so that every complaint can name the line."""

from collections.abc import Iterator

import yaml

_LARGEST = 1_000_000
_DEEPEST = 50
_TOO_DEEP = "its lists or mappings stand in one another too deeply"
_QUICK: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class RuleError(ValueError):
    """A file of rules cannot be used: the message names the file, the line and the reason."""

    def __init__(self, file: str, line: int, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}")
        self.line = line
        self.reason = reason


class Node:
    """A YAML value together with the line that it begins on."""

    def __init__(self, file: str, node: yaml.Node) -> None:
        self._file = file
        self._node = node

    def error(self, reason: str) -> RuleError:
        """Returns the complaint about this value, to be raised."""
        return RuleError(self._file, self._node.start_mark.line + 1, reason)

    def items(self, what: str) -> Iterator[tuple["Node", str, "Node"]]:
        """Yields key node, key and value of a mapping.

        Raises:
            RuleError: it is no mapping, or a key comes twice.
        """
        if not isinstance(self._node, yaml.MappingNode):
            raise self.error(f"{what} must be a mapping (key: value)")
        seen: set[str] = set()
        for key_node, value in self._node.value:
            key = Node(self._file, key_node)
            name = key.text(f"a key of {what}")
            if name in seen:
                raise key.error(f"{name!r} comes twice in {what}")
            seen.add(name)
            yield key, name, Node(self._file, value)

    def each(self, what: str) -> Iterator["Node"]:
        """Yields the values of a list."""
        if not isinstance(self._node, yaml.SequenceNode):
            raise self.error(f"{what} must be a list ([a, b] or lines with -)")
        for value in self._node.value:
            yield Node(self._file, value)

    def text(self, what: str) -> str:
        """Returns a text that is not empty."""
        if not isinstance(self._node, yaml.ScalarNode) or not str(self._node.value).strip():
            raise self.error(f"{what} must be a text that is not empty")
        return " ".join(str(self._node.value).split())

    def integer(self, what: str, least: int, most: int) -> int:
        """Returns a whole number within limits, both included."""
        value = self._node.value if isinstance(self._node, yaml.ScalarNode) else None
        if not isinstance(value, str) or not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
            raise self.error(f"{what} must be a whole number from {least} to {most}")
        return int(value)


def parse(text: str, file: str) -> Node:
    """Parses a YAML text into its top value.

    Raises:
        RuleError: it is too large, empty or no YAML.
    """
    if len(text) > _LARGEST:
        raise RuleError(file, 1, f"the file is larger than {_LARGEST} characters")
    try:
        node = _composed(text, file)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleError(file, line, f"this is no YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise RuleError(file, 1, f"this is no YAML: {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise RuleError(file, 1, _TOO_DEEP) from None
    if node is None:
        raise RuleError(file, 1, "the file is empty")
    return Node(file, node)


def _composed(text: str, file: str) -> yaml.Node | None:
    """Reads with libyaml, which takes a tenth of the time; PyYAML itself reads what that refuses, to name the line."""
    try:
        _refuse_deep(text, file)
        return yaml.compose(text, Loader=_QUICK)
    except (yaml.YAMLError, UnicodeError):
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _refuse_deep(text: str, file: str) -> None:
    """Counts levels before anything is built of them: libyaml's builder calls itself, and nothing bounds its stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_QUICK):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > _DEEPEST:
            raise RuleError(file, event.start_mark.line + 1 if event.start_mark else 1, _TOO_DEEP)
