# SPDX-License-Identifier: Apache-2.0
"""Makes the modules of ream_contracts from schemas/: run it after every change there and commit what it writes.

Usage: gen_contracts.py [--check]   (--check writes nothing and exits 1 when a committed file is out of date)
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "schemas"
PACKAGE = ROOT / "libs" / "contracts" / "src" / "ream_contracts"
HEADER = (
    '# SPDX-License-Identifier: Apache-2.0\n"""{doc}\n\n'
    'Made by scripts/gen_contracts.py from schemas/; do not edit.\n"""\n\n'
)
TOPIC_FIELDS = ("key", "order", "partitions", "retention_days", "dead_letter_retention_days", "cleanup", "spread")
TOPIC_LISTS = ("written_by", "read_by", "closes_loop")
Schema = dict[str, Any]


def class_name(title: str) -> str:
    """Turns the title of a schema (snake_case or CamelCase) into a class name."""
    return "".join(word[:1].upper() + word[1:] for word in title.split("_"))


def python_type(schema: Schema, definitions: dict[str, Schema]) -> str:
    """Returns the annotation for values that the schema describes."""
    if "$ref" in schema:
        return class_name(definitions[schema["$ref"].rsplit("/", 1)[1]]["title"])
    if "allOf" in schema:
        return python_type(schema["allOf"][0], definitions)
    if "const" in schema:
        return f"Literal[{json.dumps(schema['const'])}]"
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    names = [_plain_type(kind, schema, definitions) for kind in kinds if kind != "null"]
    return " | ".join(names + (["None"] if "null" in kinds else []))


def _plain_type(kind: str, schema: Schema, definitions: dict[str, Schema]) -> str:
    if "enum" in schema:
        return f"Literal[{', '.join(json.dumps(value) for value in schema['enum'] if value is not None)}]"
    if kind == "array":
        item = python_type(schema["items"], definitions)
        fixed = schema.get("minItems")
        if fixed is not None and fixed == schema.get("maxItems"):
            return f"tuple[{', '.join([item] * fixed)}]"
        return f"tuple[{item}, ...]"
    if kind == "object":
        values = schema.get("additionalProperties", True)
        return f"Mapping[str, {python_type(values, definitions) if isinstance(values, dict) else 'Any'}]"
    return {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}[kind]


def default_of(schema: Schema) -> str:
    """Returns the default of a property that may be absent."""
    if "const" in schema:
        return json.dumps(schema["const"])
    if "default" in schema:
        value = schema["default"]
        return "()" if value == [] else json.dumps(value)
    return "None"


def dataclass_source(schema: Schema, definitions: dict[str, Schema]) -> str:
    """Returns the source of one frozen dataclass; properties with a default come last."""
    lines = ["@dataclass(frozen=True, slots=True)", f"class {class_name(schema['title'])}:"]
    lines += [f'    """{schema["description"]}"""', ""]
    late = []
    for name, prop in schema["properties"].items():
        annotation = python_type(prop, definitions)
        if name in schema.get("required", []) and "const" not in prop:
            lines += _field(f"    {name}: {annotation}", prop)
            continue
        default = default_of(prop)
        late += _field(f"    {name}: {annotation}{' | None' if default == 'None' else ''} = {default}", prop)
    if not schema["properties"]:
        lines.append("    pass")
    return "\n".join(lines + late) + "\n"


def _field(line: str, prop: Schema) -> list[str]:
    text = prop.get("description", "")
    return [line, f'    """{text}"""'] if text else [line]


def classes_of(folder: str) -> tuple[dict[str, str], dict[str, str], dict[str, Schema]]:
    """Reads a folder of schemas: sources by class, file stem by root class, schemas by file stem."""
    sources: dict[str, str] = {}
    stems: dict[str, str] = {}
    schemas: dict[str, Schema] = {}
    for path in sorted((SCHEMAS / folder).glob("*.schema.json")):
        schema = json.loads(path.read_text())
        stem = path.name.split(".")[0]
        schemas[stem] = schema
        definitions = schema.get("definitions", {})
        for definition in [*_ordered(definitions), *([schema] if "properties" in schema else [])]:
            name = class_name(definition["title"])
            source = dataclass_source(definition, definitions)
            if sources.setdefault(name, source) != source:
                raise SystemExit(f"{path.name}: {name} is defined differently in another schema")
        if "properties" in schema:
            stems[class_name(schema["title"])] = stem
        else:
            stems.update({class_name(d["title"]): stem for d in definitions.values()})
    return sources, stems, schemas


def _ordered(definitions: dict[str, Schema]) -> list[Schema]:
    """Definitions with those first that others refer to."""
    done: dict[str, Schema] = {}

    def visit(name: str) -> None:
        for other in re.findall(r'#/definitions/(\w+)"', json.dumps(definitions[name])):
            if other not in done and other != name:
                visit(other)
        done.setdefault(name, definitions[name])

    for name in definitions:
        visit(name)
    return list(done.values())


def module(doc: str, sources: dict[str, str], stems: dict[str, str], unions: dict[str, list[str]]) -> str:
    """Returns a module of dataclasses, with the schema that each root class has."""
    body = HEADER.format(doc=doc)
    body += (
        "from collections.abc import Mapping\nfrom dataclasses import dataclass\nfrom typing import Any, Literal\n\n\n"
    )
    body += "\n\n".join(sources.values())
    for alias, members in unions.items():
        body += f"\n\n{alias} = {' | '.join(members)}\n"
    body += "\nSCHEMA_OF: dict[type[Any], str] = {\n"
    body += "".join(f'    {name}: "{stem}",\n' for name, stem in stems.items()) + "}\n"
    return body


def topics_module(stems: dict[str, str], unions: dict[str, list[str]]) -> str:
    """Returns the module of topic constants."""
    by_stem: dict[str, list[str]] = {}
    for name, stem in stems.items():
        by_stem.setdefault(stem, []).append(name)
    constants, used = [], set()
    for path in sorted((SCHEMAS / "topics").glob("*.yaml")):
        topic = yaml.safe_load(path.read_text())
        members = by_stem[topic["message"]]
        message = members[0] if len(members) == 1 else next(a for a, m in unions.items() if m == members)
        used |= {message, *members}
        types = ", ".join(members) + ("," if len(members) == 1 else "")
        fields = [f"name={topic['topic']!r}", f"description={topic['description']!r}", f"messages=({types})"]
        fields += [f"schema={topic['message']!r}"] + [f"{name}={topic[name]!r}" for name in TOPIC_FIELDS]
        fields += [f"{name}={tuple(topic[name])!r}" for name in TOPIC_LISTS]
        constant = topic["topic"].upper().replace(".", "_")
        lines = "".join(f"    {field},\n" for field in fields)
        constants.append(f"{constant}: Topic[{message}] = Topic(\n{lines})\n")
    names = [c.split(":", 1)[0] for c in constants]
    body = HEADER.format(doc="The topics, one constant each.")
    body += "from ream_contracts.messages import (\n" + "".join(f"    {n},\n" for n in sorted(used)) + ")\n"
    body += "from ream_contracts.topic import AnyTopic, Topic\n\n" + "\n".join(constants)
    return body + f"\nALL: tuple[AnyTopic, ...] = ({', '.join(names)})\n"


def generate() -> dict[Path, str]:
    """Returns every generated file with its content."""
    messages, message_stems, message_schemas = classes_of("messages")
    artifacts, artifact_stems, artifact_schemas = classes_of("artifacts")
    unions: dict[str, list[str]] = {}
    for stem, schema in message_schemas.items():
        if "oneOf" in schema and "properties" not in schema:
            unions[class_name(schema["title"])] = [n for n, s in message_stems.items() if s == stem]
    schemas = {"messages": message_schemas, "artifacts": artifact_schemas}
    return {
        PACKAGE / "messages.py": module("What is said on the topics.", messages, message_stems, unions),
        PACKAGE / "artifacts.py": module("What lies in the store as JSON.", artifacts, artifact_stems, {}),
        PACKAGE / "topics.py": topics_module(message_stems, unions),
        PACKAGE / "schemas.json": json.dumps(schemas, indent=1, ensure_ascii=False) + "\n",
    }


def main() -> int:
    """Writes the files, or with --check says which are out of date."""
    check = "--check" in sys.argv[1:]
    stale = [path for path, text in generate().items() if not path.exists() or path.read_text() != text]
    for path in stale:
        print(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.write_text(generate()[path])
    if stale and check:
        print("run: .venv/bin/python scripts/gen_contracts.py")
    return 1 if stale and check else 0


if __name__ == "__main__":
    raise SystemExit(main())
