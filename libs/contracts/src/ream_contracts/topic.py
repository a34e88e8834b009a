# SPDX-License-Identifier: Apache-2.0
"""What a topic is: the facts of its YAML file in schemas/topics/, and the types of its messages."""

from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Topic(Generic[M]):
    """A topic that carries messages of type M.

    Attributes:
        messages: the dataclasses that a record of this topic may hold; several where a message is a union.
        schema: file stem of the JSON Schema of its values.
        key: `document` when the record key is the document id, `any` when the writer may choose.
        order: `key` when records with one key must be worked on one after another, `none` when not.
        retention_days: None keeps records for ever (compacted topics).
        spread: records go to any partition, whatever their key.
        closes_loop: those of `written_by` whose edge closes a loop in the graph of topics, on purpose.
    """

    name: str
    description: str
    messages: tuple[type[Any], ...]
    schema: str
    key: Literal["any", "document"]
    order: Literal["key", "none"]
    partitions: int
    retention_days: int | None
    dead_letter_retention_days: int
    cleanup: Literal["delete", "compact"]
    spread: bool
    written_by: tuple[str, ...]
    read_by: tuple[str, ...]
    closes_loop: tuple[str, ...]

    @property
    def dead_letters(self) -> str:
        """Name of the topic that takes what its consumers give up."""
        return f"{self.name}.dlq"


AnyTopic = Topic[Any]
