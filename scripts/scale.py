# SPDX-License-Identifier: Apache-2.0
"""Makes the tables of docs/scale.md from docs/scale-figures.toml.

Usage: scale.py [--check]   (--check writes nothing and exits 1 when the page is out of date)
"""

import math
import re
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, FIGURES = DOCS / "scale.md", DOCS / "scale-figures.toml"
LOADS = (10_000, 1_000_000, 100_000_000)
"""Documents a day."""

PASSAGES = (100_000, 1_000_000, 10_000_000, 100_000_000)
"""In the index of passages."""

DAY, GB, PARTITIONS, RETENTION_DAYS = 86_400, 1e9, 12, 7
ONE_CORE = ("ingest", "classify", "aggregate", "index", "vectors")
"""Services whose process works on one core: Python's lock, or one event loop."""

LATER = ("vectors",)
"""Services that nothing waits for: they need to come after in a day, not in the busiest hour."""

BY_CELLS = ("extract", "ocr")
"""Services whose process has cells, and with them all cores of a machine."""

SERVICES = (*ONE_CORE, *BY_CELLS, "sweep")
_BLOCK = re.compile(r"(<!-- scale: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

Row = Sequence[str]


class Model:
    """What a number of documents a day asks for."""

    def __init__(self, figures: dict[str, float], documents: int) -> None:
        self.figure, self.documents = figures, documents

    @property
    def peak_rate(self) -> float:
        """Documents a second in the busiest hour."""
        return self.documents / DAY * self.figure["peak"]

    def cores(self, service: str) -> float:
        """Cores that a service or server needs then; over the whole day for what may come later."""
        rate = self.peak_rate / (self.figure["peak"] if service in LATER else 1)
        return rate * self.figure[f"{service}_cpu"] / self.figure["busy"]

    def processes(self, service: str) -> int:
        """Processes of a service."""
        return max(1, math.ceil(self.cores(service) / self.cores_a_process(service)))

    def cores_a_process(self, service: str) -> float:
        """Cores that one process can use."""
        return self.figure["cells"] if service in BY_CELLS else 1

    @property
    def partitions(self) -> int:
        """Partitions of a topic: no service may need more processes; dozens, since they should last."""
        most = max(self.processes(service) for service in (*ONE_CORE, *BY_CELLS))
        return max(PARTITIONS, math.ceil(most / PARTITIONS) * PARTITIONS)

    @property
    def all_cores(self) -> float:
        """Cores of all services and servers; sweep among them."""
        services = sum(self.processes(service) for service in ONE_CORE) + sum(map(self.cores, BY_CELLS))
        return services + self.sweeps + self.cores("kafka") + self.nodes * self.figure["node_busy"] * self.node_share

    @property
    def sweeps(self) -> int:
        """Processes of sweep, each with a share of the partitions."""
        return max(1, math.ceil(self.cores("sweep")))

    @property
    def kafka_gb(self) -> float:
        """Disk of all brokers."""
        figure = self.figure
        a_document = figure["topic_bytes"] * figure["kafka_packed"] * figure["kafka_copies"]
        return self.documents * RETENTION_DAYS * a_document / GB

    @property
    def changelog_gb(self) -> float:
        """Entries of aggregate's table, compacted: open documents, and those of the last seven days."""
        return self.documents * RETENTION_DAYS * self.figure["entry_bytes"] / GB

    @property
    def recovery_seconds(self) -> float:
        """Reading the table of one worker from the changelog alone."""
        entries = self.documents * RETENTION_DAYS / max(1, self.processes("aggregate"))
        return entries / self.figure["recovered_per_second"]

    @property
    def sweep_gb(self) -> float:
        """Memory of the ledgers of sweep together."""
        return self.documents * RETENTION_DAYS * self.figure["ledger_bytes"] / GB

    @property
    def store_gb(self) -> float:
        """Originals, artifacts and records of all documents that are kept."""
        return self.documents * self.figure["kept_days"] * self.figure["store_bytes"] / GB

    @property
    def index_gb(self) -> float:
        """Primaries of the indices."""
        return self.documents * self.figure["kept_days"] * self.figure["index_bytes"] / GB

    @property
    def shards(self) -> int:
        """Primary shards of the passages and documents together."""
        return max(2, math.ceil(self.index_gb / self.figure["shard_gb"]))

    @property
    def nodes(self) -> int:
        """OpenSearch nodes, by disk or by cores."""
        disk = self.index_gb * (1 + self.figure["replicas"]) / self.figure["node_gb"]
        cores = self.cores("opensearch") * (1 + self.figure["replicas"]) / self.figure["node_busy"]
        return max(1, math.ceil(max(disk, cores)))

    @property
    def node_share(self) -> float:
        """How much of one node is needed where less than one would do."""
        return min(1.0, max(0.125, self.cores("opensearch") * 2 / self.figure["node_busy"])) if self.nodes == 1 else 1.0

    def dollars_a_month(self) -> dict[str, float]:
        """What it costs, by what for."""
        figure = self.figure
        services = self.all_cores - self.cores("kafka") - self.nodes * figure["node_busy"] * self.node_share
        indices = self.nodes * figure["node_busy"] * self.node_share
        core_month = figure["core_hour"] * 24 * 30
        copies = 1 + figure["replicas"]
        return {
            "services": services * core_month,
            "Kafka": max(1, self.cores("kafka")) * core_month + self.kafka_gb * figure["disk_gb_month"],
            "OpenSearch": indices * core_month + self.index_gb * copies * figure["disk_gb_month"],
            "store": self.store_gb * figure["store_gb_month"],
        }

    def lasts_until(self, service: str) -> float:
        """Documents a day at which so many processes as there are partitions have enough to do."""
        cores = self.cores_a_process(service) * (1 if service == "sweep" else PARTITIONS)
        peak = 1 if service in LATER else self.figure["peak"]
        return cores * self.figure["busy"] / self.figure[f"{service}_cpu"] * DAY / peak


class Vectors:
    """What an index of passages with vectors asks for."""

    def __init__(self, figures: dict[str, float], passages: int) -> None:
        self.figure, self.passages = figures, passages

    @property
    def count(self) -> float:
        """How many vectors there are."""
        return self.passages * self.figure["windows_a_passage"]

    @property
    def lucene_documents(self) -> float:
        """Each vector is a document of its own beside that of its passage."""
        return self.passages + self.count

    def searched_gb(self, bytes_each: float) -> float:
        """What a search by meaning goes through, and is slow where it does not lie in memory; one copy."""
        return self.count * (bytes_each + self.figure["graph_bytes"]) / GB

    def disk_gb(self, kept: float) -> float:
        """The whole index, one copy; the numbers as they came are kept beside those of a byte."""
        return self.passages * self.figure["passage_bytes"] / GB + self.searched_gb(kept)

    def shards(self, kept: float) -> int:
        """Primary shards that the upkeep makes of one, by its bounds."""
        share = max(
            self.disk_gb(kept) / self.figure["bound_gb"], self.lucene_documents / self.figure["bound_documents"], 1
        )
        return int(2 ** math.ceil(math.log2(share)))

    def nodes(self, searched: float, kept: float) -> int:
        """Nodes, by memory for what is searched or by disk, with copies."""
        copies = 1 + self.figure["replicas"]
        memory = self.searched_gb(searched) * copies / self.figure["node_memory"]
        return max(1, math.ceil(max(memory, self.disk_gb(kept) * copies / self.figure["node_gb"])))


def load_figures() -> tuple[dict[str, float], list[Row]]:
    """Returns all figures by name, and a row about each."""
    table = tomllib.loads(FIGURES.read_text(encoding="utf-8"))
    values: dict[str, float] = {}
    rows: list[Row] = []
    for kind in ("measured", "assumed"):
        for name, figure in table[kind].items():
            values[name] = figure["value"]
            rows.append((name.replace("_", " "), f"{figure['value']:g} {figure['unit']}", kind, figure["from"]))
    return values, rows


def number(value: float) -> str:
    """Writes a number with two significant digits, or whole where it is large."""
    if value >= 100:
        return f"{float(f'{value:.2g}'):,.0f}"
    return f"{float(f'{value:.2g}'):g}"


def table(head: Row, rows: Sequence[Row]) -> str:
    """A table in Markdown."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def figures_block(values: dict[str, float], rows: list[Row]) -> str:
    """All figures with where they come from."""
    return (
        "\n".join(
            ["| figure | value | | from |", "|---|---:|---|---|", *("| " + " | ".join(row) + " |" for row in rows)]
        )
        + "\n"
    )


def needs_block(values: dict[str, float], rows: list[Row]) -> str:
    """What each load asks for."""
    models = [Model(values, documents) for documents in LOADS]
    lines: list[tuple[str, Callable[[Model], str]]] = [
        ("documents a second, busiest hour", lambda m: number(m.peak_rate)),
        ("partitions of a topic", lambda m: str(m.partitions)),
    ]
    lines += [(f"{name}: processes", lambda m, n=name: f"{m.processes(n):,}") for name in ONE_CORE]  # type: ignore[misc]
    lines += [
        (f"{name}: machines of {values['cells']:g} cores", lambda m, n=name: number(m.cores(n) / values["cells"]))  # type: ignore[misc]
        for name in BY_CELLS
    ]
    lines += [
        ("sweep: processes, and memory of the ledgers in GB", lambda m: f"{m.sweeps:,}, {number(m.sweep_gb)}"),
        ("aggregate's changelog in GB, compacted", lambda m: number(m.changelog_gb)),
        ("aggregate: seconds to read one worker's table anew", lambda m: number(m.recovery_seconds)),
        ("Kafka: cores, and disk in GB", lambda m: f"{number(m.cores('kafka'))}, {number(m.kafka_gb)}"),
        ("store in GB after a year", lambda m: number(m.store_gb)),
        ("OpenSearch: indices in GB after a year, one copy", lambda m: number(m.index_gb)),
        ("OpenSearch: primary shards", lambda m: f"{m.shards:,}"),
        ("OpenSearch: nodes", lambda m: f"{m.nodes:,}"),
    ]
    head = ["documents a day", *(f"{documents:,}" for documents in LOADS)]
    return table(head, [[title, *(say(model) for model in models)] for title, say in lines])


def cost_block(values: dict[str, float], rows: list[Row]) -> str:
    """What each load costs."""
    models = [Model(values, documents) for documents in LOADS]
    costs = [model.dollars_a_month() for model in models]
    lines = [[f"{what}, $ a month", *(number(cost[what]) for cost in costs)] for what in costs[0]]
    lines.append(["together, $ a month", *(number(sum(cost.values())) for cost in costs)])
    shares = (sum(cost.values()) / (model.documents * 30) for cost, model in zip(costs, models, strict=True))
    lines.append(["$ a document", *(f"{share:.4f}" for share in shares)])
    return table(["documents a day", *(f"{documents:,}" for documents in LOADS)], lines)


def ends_block(values: dict[str, float], rows: list[Row]) -> str:
    """Where twelve partitions end, by service, the first to end first."""
    model = Model(values, 1)
    found = sorted((model.lasts_until(name), name) for name in SERVICES)
    lines = [
        [name, "1" if name == "sweep" else str(PARTITIONS), f"{model.cores_a_process(name):g}", number(until)]
        for until, name in found
    ]
    return table(["service", "processes", "cores each", "documents a day"], lines)


def vectors_block(values: dict[str, float], rows: list[Row]) -> str:
    """What passages ask for, with numbers of four bytes and of one."""
    models = [Vectors(values, passages) for passages in PASSAGES]
    whole, small = values["float_bytes"], values["byte_bytes"]
    both = whole + small
    lines: list[tuple[str, Callable[[Vectors], str]]] = [
        ("vectors", lambda m: number(m.count)),
        ("documents as Lucene counts them", lambda m: number(m.lucene_documents)),
        ("disk in GB, one copy", lambda m: number(m.disk_gb(whole))),
        ("primary shards", lambda m: f"{m.shards(whole):,}"),
        ("memory that searches by meaning want, in GB, one copy", lambda m: number(m.searched_gb(whole))),
        ("nodes", lambda m: f"{m.nodes(whole, whole):,}"),
        ("int8: disk in GB, one copy", lambda m: number(m.disk_gb(both))),
        ("int8: primary shards", lambda m: f"{m.shards(both):,}"),
        ("int8: memory that searches by meaning want, in GB, one copy", lambda m: number(m.searched_gb(small))),
        ("int8: nodes", lambda m: f"{m.nodes(small, both):,}"),
    ]
    head = ["passages", *(f"{passages:,}" for passages in PASSAGES)]
    return table(head, [[title, *(say(model) for model in models)] for title, say in lines])


BLOCKS = {
    "figures": figures_block,
    "needs": needs_block,
    "cost": cost_block,
    "ends": ends_block,
    "vectors": vectors_block,
}


def made(page: str) -> str:
    """The page with its tables made anew."""
    values, rows = load_figures()
    return _BLOCK.sub(lambda found: found[1] + BLOCKS[found[2]](values, rows) + found[3], page)


def sentences(page: str) -> Iterator[str]:
    """Yields the blocks that a page has."""
    return (found[2] for found in _BLOCK.finditer(page))


def main() -> int:
    """Writes the page, or says whether it is out of date."""
    page = PAGE.read_text(encoding="utf-8")
    new = made(page)
    if "--check" in sys.argv[1:]:
        if new != page:
            print("docs/scale.md is out of date: run scripts/scale.py")
        return int(new != page)
    PAGE.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
