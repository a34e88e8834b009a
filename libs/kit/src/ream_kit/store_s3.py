# SPDX-License-Identifier: Apache-2.0
"""Decides how objects lie in an S3 bucket: written once by `If-None-Match`, big ones in parts, kept locally in a cache.

The only module that knows boto3. A write whose answer was lost is repeated, and then finds its own object: a token in
the object's metadata tells it from somebody else's, so that a claim is never lost to oneself.
"""

from __future__ import annotations

import io
import itertools
import math
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ParamValidationError

from ream_kit.errors import Retry
from ream_kit.store_blobs import NotFound
from ream_kit.store_cache import Cache
from ream_kit.store_source import open_source

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

_PART = 16 << 20
_MOST_PARTS = 10_000
_PAGE = 1000
_ATTEMPTS = 3
_READ_SECONDS = 60
_PUT_ID = "ream-put"
_TRIES_AGAINST_CONFLICT = 10
_ABSENT = {"NoSuchKey", "404", "NotFound"}
_TAKEN = {"PreconditionFailed", "412"}
_CONFLICT = {"ConditionalRequestConflict", "409", "OperationAborted"}
_OURS = {
    "EntityTooLarge", "EntityTooSmall", "InvalidArgument", "InvalidPart", "InvalidPartOrder", "InvalidRequest",
    "KeyTooLongError", "MalformedXML", "MetadataTooLarge", "NoSuchUpload",
}  # fmt: skip
"""What only a wrong request of ours is answered with: to wait would mean to wait for ever."""
_SEEN_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where the objects lie, and how to come in; without keys boto3 looks where it always looks."""

    name: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)


class S3Blobs:
    """Keeps objects in a bucket; thread-safe."""

    def __init__(self, bucket: Bucket, cache: Cache, *, part: int = _PART) -> None:
        self._bucket = bucket.name
        self._prefix = f"{bucket.prefix.strip('/')}/" if bucket.prefix.strip("/") else ""
        self._cache = cache
        self._part = part
        self._s3 = _client(bucket)
        self._seen = -math.inf

    def put(self, name: str, data: bytes | Path) -> bool:
        """See `Blobs.put`."""
        file = open_source(data) if isinstance(data, Path) else io.BytesIO(data)
        with file, _errors(name):
            if isinstance(data, Path) and self._is_there(name):
                return False  # a big file is not sent to be refused
            size = file.seek(0, io.SEEK_END)
            token = uuid.uuid4().hex
            for _ in range(_TRIES_AGAINST_CONFLICT):
                file.seek(0)
                try:
                    if size > self._part:
                        self._put_parts(name, file, size, token)
                    else:
                        self._s3.put_object(
                            Bucket=self._bucket,
                            Key=self._key(name),
                            Body=file,
                            IfNoneMatch="*",
                            Metadata={_PUT_ID: token},
                        )
                    return True
                except ClientError as error:
                    if _code(error) in _TAKEN:
                        return self._is_ours(name, token)
                    if _code(error) not in _CONFLICT:
                        raise
        raise Retry("store", "others write under the same name all the time")

    def read(self, name: str, chunk: int) -> Iterator[bytes]:
        """See `Blobs.read`."""
        with _errors(name):
            body = self._s3.get_object(Bucket=self._bucket, Key=self._key(name))["Body"]
            with body:
                yield from body.iter_chunks(chunk)

    def size(self, name: str) -> int:
        """See `Blobs.size`."""
        return int(self._head(name)["ContentLength"])

    def names(self, prefix: str) -> Iterator[str]:
        """See `Blobs.names`."""
        with _errors(prefix):
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=self._key(prefix), PaginationConfig={"PageSize": _PAGE}
            )
            for item in itertools.chain.from_iterable(page.get("Contents", []) for page in pages):
                if not item["Key"].endswith("/"):  # consoles make such keys to show a folder
                    yield item["Key"].removeprefix(self._prefix)

    def delete(self, name: str) -> None:
        """See `Blobs.delete`."""
        try:
            with _errors(name):
                self._s3.delete_object(Bucket=self._bucket, Key=self._key(name))
        except NotFound:
            return

    @contextmanager
    def local(self, name: str) -> Iterator[Path]:
        """See `Blobs.local`: a copy in the cache, made if there is none of this very object."""
        head = self._head(name)

        def pieces() -> Iterator[bytes]:
            return self.read(name, 1 << 20)

        with self._cache.file(f"{self._key(name)}\n{head['ETag']}", int(head["ContentLength"]), pieces) as path:
            yield path

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """See `Blobs.scratch`."""
        with tempfile.TemporaryDirectory(prefix="ream-s3-", ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def _key(self, name: str) -> str:
        return self._prefix + name

    def _head(self, name: str) -> Any:
        try:
            with _errors(name):
                return self._s3.head_object(Bucket=self._bucket, Key=self._key(name))
        except NotFound:
            self._require_bucket()
            raise

    def _require_bucket(self) -> None:
        """Tells a bucket that is gone from an object that is: this request gets the same answer for both."""
        if time.monotonic() - self._seen < _SEEN_SECONDS:
            return
        try:
            with _errors(self._bucket):
                self._s3.head_bucket(Bucket=self._bucket)
        except NotFound:
            raise Retry("store", f"there is no bucket {self._bucket}: make it, or correct REAM_STORE") from None
        self._seen = time.monotonic()

    def _is_there(self, name: str) -> bool:
        try:
            self._head(name)
        except NotFound:
            return False
        return True

    def _is_ours(self, name: str, token: str) -> bool:
        try:
            return bool(self._head(name)["Metadata"].get(_PUT_ID) == token)
        except NotFound:
            return False  # deleted since: it was written once, and not by us

    def _put_parts(self, name: str, file: io.IOBase, size: int, token: str) -> None:
        """Sends a big file in parts; its name is taken only when the last is there and all are joined."""
        key = self._key(name)
        started = self._s3.create_multipart_upload(Bucket=self._bucket, Key=key, Metadata={_PUT_ID: token})
        upload = started["UploadId"]
        step = max(self._part, -(-size // _MOST_PARTS))
        try:
            parts: list[CompletedPartTypeDef] = []
            for number in range(1, -(-size // step) + 1):
                answer = self._s3.upload_part(
                    Bucket=self._bucket, Key=key, UploadId=upload, PartNumber=number, Body=file.read(step)
                )
                parts.append({"PartNumber": number, "ETag": answer["ETag"]})
            self._s3.complete_multipart_upload(
                Bucket=self._bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}, IfNoneMatch="*"
            )
        except BaseException:
            self._abort(key, upload)
            raise

    def _abort(self, key: str, upload: str) -> None:
        try:
            self._s3.abort_multipart_upload(Bucket=self._bucket, Key=key, UploadId=upload)
        except (ClientError, BotoCoreError):
            return  # away, or joined after all: what is left is for the bucket's own rule for unfinished uploads


def _client(bucket: Bucket) -> S3Client:
    config = Config(
        connect_timeout=5,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        max_pool_connections=64,
        s3={"addressing_style": "path"} if bucket.endpoint else {},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    session = boto3.session.Session(
        aws_access_key_id=bucket.access_key, aws_secret_access_key=bucket.secret_key, region_name=bucket.region
    )
    return session.client("s3", endpoint_url=bucket.endpoint, config=config)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def _errors(name: str) -> Iterator[None]:
    """A store that refuses us is waited for like one that is away: its rights or its bucket can be put right.

    A request that was wrong is our own defect and passes as it is.
    """
    try:
        yield
    except ClientError as error:
        if _code(error) in _ABSENT:
            raise NotFound(name) from None
        if _code(error) in _OURS:
            raise
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise Retry("store", f"the object store answers {status} {_code(error)} to {error.operation_name}") from error
    except ParamValidationError:
        raise
    except (BotoCoreError, HTTPClientError) as error:
        raise Retry("store", f"the object store does not answer ({type(error).__name__})") from error
