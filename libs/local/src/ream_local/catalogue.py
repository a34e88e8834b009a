# SPDX-License-Identifier: Apache-2.0
"""Decides which servers, in which versions and with which parts, make up the local stack."""

from __future__ import annotations

from dataclasses import dataclass

from ream_local.artifacts import Artifact

KAFKA_VERSION = "4.2.0"
OPENSEARCH_VERSION = "3.4.0"
OPENSEARCH_PLUGINS = ("opensearch-knn", "opensearch-security")
S3PROXY_VERSION = "4.1.0"
TIKA_VERSION = "3.3.2"
VERSITYGW_VERSION = "v1.8.0"

_ICU = "77.1"
_LOG4J_OF_OPENSEARCH = "2.21.0"


@dataclass(frozen=True, slots=True)
class Module:
    """A module of an OpenSearch distribution; its jar on Maven Central carries no descriptor, so one is written.

    Attributes:
        name: Folder below `modules/`.
        artifact: Artifact id in the group `org.opensearch.plugin`.
        plugin_class: The class that the node loads.
        extends: Module whose classes it sees, or empty.
    """

    name: str
    artifact: str
    plugin_class: str
    extends: str = ""


def _module(name: str, artifact: str, plugin_class: str, extends: str = "") -> Module:
    return Module(name, artifact, f"org.opensearch.{plugin_class}", extends)


# Those of an official distribution whose jars are on Maven Central and that Ream's requests can meet.
OPENSEARCH_MODULES = (
    _module(
        "aggs-matrix-stats", "aggs-matrix-stats-client", "search.aggregations.matrix.MatrixAggregationModulePlugin"
    ),
    _module("analysis-common", "analysis-common", "analysis.common.CommonAnalysisModulePlugin", "lang-painless"),
    _module("geo", "geo", "geo.GeoModulePlugin"),
    _module("ingest-common", "ingest-common", "ingest.common.IngestCommonModulePlugin", "lang-painless"),
    _module("ingest-user-agent", "ingest-user-agent", "ingest.useragent.IngestUserAgentModulePlugin"),
    _module("lang-expression", "lang-expression", "script.expression.ExpressionModulePlugin"),
    _module("lang-mustache", "lang-mustache-client", "script.mustache.MustacheModulePlugin"),
    _module("lang-painless", "lang-painless", "painless.PainlessModulePlugin"),
    _module("mapper-extras", "mapper-extras-client", "index.mapper.MapperExtrasModulePlugin"),
    _module("parent-join", "parent-join-client", "join.ParentJoinModulePlugin"),
    _module("percolator", "percolator-client", "percolator.PercolatorModulePlugin"),
    _module("rank-eval", "rank-eval-client", "index.rankeval.RankEvalModulePlugin"),
    _module("reindex", "reindex-client", "index.reindex.ReindexModulePlugin"),
    _module("repository-url", "repository-url", "plugin.repository.url.URLRepositoryModulePlugin"),
    _module("transport-netty4", "transport-netty4-client", "transport.Netty4ModulePlugin"),
)


def resolved() -> dict[str, tuple[Artifact, ...]]:
    """Folder of the installation -> artifacts that come with all they depend on."""
    folders = {
        "kafka": (
            Artifact("org.apache.kafka", "kafka_2.13", KAFKA_VERSION),
            # Kafka logs through slf4j 1.7; without a binding nobody learns why it does not start.
            Artifact("org.slf4j", "slf4j-simple", "1.7.36"),
        ),
        "opensearch/lib": (
            Artifact("org.opensearch", "opensearch", OPENSEARCH_VERSION),
            Artifact("org.opensearch", "opensearch-plugin-classloader", OPENSEARCH_VERSION),
            # Optional in the server's pom, but present in a real distribution's lib/.
            Artifact("org.apache.logging.log4j", "log4j-core", _LOG4J_OF_OPENSEARCH),
            Artifact("org.locationtech.spatial4j", "spatial4j", "0.7"),
            Artifact("org.locationtech.jts", "jts-core", "1.15.0"),
            # The runtime from PyPI has no locale data; without these no index can be created (Thai analysis).
            Artifact("com.ibm.icu", "icu4j", _ICU),
            Artifact("com.ibm.icu", "icu4j-localespi", _ICU),
        ),
        "opensearch/agent": (Artifact("org.opensearch", "opensearch-agent", OPENSEARCH_VERSION),),
        "s3proxy": (
            Artifact("org.gaul", "s3proxy", S3PROXY_VERSION),
            # The version that s3proxy's own pom leads to lacks a class that its jackson-databind needs.
            Artifact("com.fasterxml.jackson.core", "jackson-annotations", "2.21"),
        ),
    }
    for module in OPENSEARCH_MODULES:
        artifact = Artifact("org.opensearch.plugin", module.artifact, OPENSEARCH_VERSION)
        folders[f"opensearch/modules/{module.name}"] = (artifact,)
    return folders


def alone() -> dict[str, tuple[Artifact, ...]]:
    """Folder of the installation -> artifacts that are taken without what they depend on."""
    folders: dict[str, tuple[Artifact, ...]] = {
        f"opensearch/plugins/{plugin}": (
            Artifact("org.opensearch.plugin", plugin, f"{OPENSEARCH_VERSION}.0", type="zip"),
        )
        for plugin in OPENSEARCH_PLUGINS
    }
    # The jar of the server holds what it depends on.
    folders["tika"] = (Artifact("org.apache.tika", "tika-server-standard", TIKA_VERSION),)
    # In an official distribution both plugins see these through modules that Maven Central does not have.
    folders["opensearch/plugins/opensearch-knn"] += (
        Artifact("com.google.guava", "guava", "33.5.0-jre"),
        Artifact("com.google.guava", "failureaccess", "1.0.3"),
        Artifact("org.opensearch", "protobufs", "1.3.0"),
    )
    folders["opensearch/plugins/opensearch-security"] += (
        Artifact("org.apache.commons", "commons-collections4", "4.4"),
    )
    return folders
