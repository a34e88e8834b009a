# SPDX-License-Identifier: Apache-2.0
"""Gives a store in a bucket, with something before its server that can break."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import boto3

from ream_chaos.world import World, folder_of
from ream_local import settings
from ream_local.http_fault_proxy import HttpFaultProxy
from ream_local.object_store import ObjectStore
from ream_local.ports import free_ports


@contextlib.contextmanager
def store_in_a_bucket(world: World) -> Iterator[dict[str, str]]:
    """Starts an S3 server with something before it that can break; gives the variables of services that use it."""
    with folder_of("s3") as folder:
        own = ObjectStore(folder, settings.cache_home(), free_ports(1)[0], "s3proxy")
        server = own.start(world.tell, ends_with_caller=True)
        try:
            client = boto3.client(
                "s3", endpoint_url=server.endpoint_url, aws_access_key_id=server.access_key,
                aws_secret_access_key=server.secret_key, region_name=server.region,
            )  # fmt: skip
            client.create_bucket(Bucket="ream")
            client.close()
            with HttpFaultProxy(server.endpoint_url) as proxy:
                world.store = proxy
                yield {
                    "REAM_STORE": "s3://ream/chaos",
                    "REAM_STORE_CACHE": str(folder / "cache"),
                    "REAM_S3_ENDPOINT": proxy.url,
                    "REAM_S3_ACCESS_KEY": server.access_key,
                    "REAM_S3_SECRET_KEY": server.secret_key,
                    "REAM_S3_REGION": server.region,
                }
        finally:
            world.store = None
            own.stop()
