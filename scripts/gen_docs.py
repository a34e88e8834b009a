# SPDX-License-Identifier: Apache-2.0
"""Makes docs/generated and the snippets of the README: run it after a change of topics, settings, metrics or snippets.

Usage: gen_docs.py [--check]   (--check writes nothing and exits 1 when something is out of date)
"""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from inspect import get_annotations
from pathlib import Path
from typing import Any

from ream_contracts import topics
from ream_kit.metrics import kinds
from ream_kit.settings import Setting, describe

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = (
    ("every service", "ream_kit.process", "ProcessSettings", "REAM_"),
    ("every service: Kafka", "ream_kit.process", "BrokerSettings", "REAM_"),
    ("every service but sweep: proof", "ream_kit.commit_log", "CommitLogSettings", "REAM_"),
    ("every service: store", "ream_kit.store_open", "StoreSettings", "REAM_"),
    ("every stage of kit (not aggregate, sweep)", "ream_kit.runner", "RunnerSettings", "REAM_"),
    ("every stage of kit (not aggregate, sweep): Kafka", "ream_kit.kafka", "KafkaSettings", "REAM_"),
    ("ingest", "ream_ingest.settings", "IngestSettings", "REAM_INGEST_"),
    ("extract", "ream_extract.settings", "ExtractSettings", "REAM_EXTRACT_"),
    ("extract: passwords", "ream_extract.settings", "SecretSettings", "REAM_"),
    ("extract: Apache Tika", "ream_extract.settings", "TikaSettings", "REAM_"),
    ("pictures of pages", "ream_pages.settings", "PagesSettings", "REAM_PAGES_"),
    ("ocr", "ream_ocr.settings", "OcrSettings", "REAM_OCR_"),
    ("classify", "ream_classify.settings", "ClassifySettings", "REAM_CLASSIFY_"),
    ("aggregate", "ream_aggregate.settings", "Settings", "REAM_AGGREGATE_"),
    ("vectors", "ream_vectors.settings", "VectorsSettings", "REAM_VECTORS_"),
    ("index", "ream_index.settings", "IndexSettings", "REAM_INDEX_"),
    ("upkeep of the indices", "ream_index.settings", "UpkeepSettings", "REAM_UPKEEP_"),
    ("index and search: OpenSearch", "ream_index.settings", "OpenSearchSettings", "REAM_OPENSEARCH_"),
    ("setting OpenSearch up: users and roles", "ream_index.roles", "RolesSettings", "REAM_OPENSEARCH_"),
    ("setting OpenSearch Dashboards up", "ream_index.dashboards", "DashboardsSettings", "REAM_DASHBOARDS_"),
    ("sweep", "ream_sweep.settings", "SweepSettings", "REAM_SWEEP_"),
)
NOTE = "<!-- Made by scripts/gen_docs.py; do not edit. -->\n\n"
ENVIRONMENT = (
    "All come from the environment. Folders, ports and memory of the stack on one machine (`REAM_HOME`, ports, heaps): "
    "[libs/local](../../libs/local/README.md); where commands look for servers and store: [cli](../../cli/README.md)."
)
SNIPPET = re.compile(r"(<!-- (docs/snippets/[\w.]+) -->\n```python\n).*?(```\n)", re.DOTALL)


def topics_page() -> str:
    """Returns the reference of topics."""
    lines = [
        "# Topics\n",
        NOTE.strip(),
        "",
        "| topic | what it says | order | kept | written by | read by |",
        "|---|---|---|---|---|---|",
    ]
    for topic in topics.ALL:
        kept = f"{topic.retention_days} days" if topic.retention_days else "for ever, compacted"
        writers, readers = ", ".join(topic.written_by), ", ".join(topic.read_by)
        lines.append(f"| `{topic.name}` | {topic.description} | {topic.order} | {kept} | {writers} | {readers} |")
    lines.append(
        "\nEach has a topic for its dead letters beside it, `<topic>.dlq`, kept 14 days. Shapes: `schemas/messages`."
    )
    return "\n".join(lines) + "\n"


def own(settings: type[Any], prefix: str) -> Iterator[Setting]:
    """Yields what a settings class adds to those it is made from, which have a table of their own."""
    added = {prefix + field.upper() for field in get_annotations(settings)}
    return (one for one in describe(settings, prefix) if one.variable in added)


def settings_page() -> str:
    """Returns the reference of settings."""
    lines = ["# Settings\n", NOTE.strip(), "", ENVIRONMENT, ""]
    for title, module, name, prefix in SETTINGS:
        lines += [f"## {title}", "", "| variable | type | default | meaning |", "|---|---|---|---|"]
        for one in own(getattr(import_module(module), name), prefix):
            default = "required" if one.default is None else f"`{one.default}`" if one.default else ""
            lines.append(f"| `{one.variable}` | {one.type.replace('|', 'or')} | {default} | {one.doc} |")
        lines.append("")
    return "\n".join(lines)


def metrics_page() -> str:
    """Returns the reference of metrics."""
    lines = [
        "# Metrics\n",
        NOTE.strip(),
        "",
        "Every service answers `/metrics` on its health port (`REAM_HEALTH_PORT`) in the text format of Prometheus;",
        "a service shows what applies to it.",
        "",
        "| metric | kind | labels | meaning | values |",
        "|---|---|---|---|---|",
    ]
    for name, kind, described in kinds():
        labels = ", ".join(f"`{label}`" for label in described.labels)
        lines.append(f"| `{name}` | {kind} | {labels} | {described.meaning} | {described.values} |")
    return "\n".join(lines) + "\n"


def readme() -> str:
    """Returns the README with its snippets filled in from docs/snippets."""

    def fill(found: re.Match[str]) -> str:
        return found[1] + (ROOT / found[2]).read_text() + found[3]

    return SNIPPET.sub(fill, (ROOT / "README.md").read_text())


def generate() -> dict[Path, str]:
    """Returns every generated file with its content."""
    generated = ROOT / "docs" / "generated"
    return {
        generated / "topics.md": topics_page(),
        generated / "settings.md": settings_page(),
        generated / "metrics.md": metrics_page(),
        ROOT / "README.md": readme(),
    }


def main() -> int:
    """Writes the files, or with --check says which are out of date."""
    check = "--check" in sys.argv[1:]
    made = generate()
    stale = [path for path, text in made.items() if not path.exists() or path.read_text() != text]
    for path in stale:
        print(f"{'out of date' if check else 'written'}: {path.relative_to(ROOT)}")
        if not check:
            path.write_text(made[path])
    if stale and check:
        print("run: .venv/bin/python scripts/gen_docs.py")
    return 1 if stale and check else 0


if __name__ == "__main__":
    raise SystemExit(main())
