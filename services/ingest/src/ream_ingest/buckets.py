# SPDX-License-Identifier: Apache-2.0
"""Reads objects of an S3 service that a message names."""

from collections.abc import Iterator, Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from ream_ingest.copying import CHUNK
from ream_ingest.sources import BadSource
from ream_kit import Retry, settings
from ream_kit.store_open import StoreSettings

NEVER = {"NoSuchKey", "NoSuchBucket", "404", "NotFound"}
FORBIDDEN = {"AccessDenied", "403", "InvalidAccessKeyId", "InvalidObjectState", "SignatureDoesNotMatch"}
PASSING = {"ExpiredToken", "OperationAborted", "RequestTimeTooSkewed", "RequestTimeout", "SlowDown", "Throttling"}
"""Answers of the 4xx kind that another try may not get."""
PASSING_STATUS = {408, 409, 429}
LONGEST_KEY = 1024
"""Bytes of UTF-8 (Amazon S3 User Guide, object keys). Not every service says so of a longer one: S3Proxy says 500."""


class S3Buckets:
    """The buckets of the service that REAM_S3_ENDPOINT names, read with our own keys."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._client: Any = None

    def open(self, bucket: str, key: str) -> tuple[int, Iterator[bytes]]:
        """Returns size and chunks of an object.

        Raises:
            BadSource: there is no such object, or we may not read it.
            Retry: the service is away.
        """
        if self._client is None:
            own = settings.load(StoreSettings, self._environ)
            self._client = boto3.client(
                "s3",
                endpoint_url=own.s3_endpoint,
                region_name=own.s3_region,
                aws_access_key_id=own.s3_access_key,
                aws_secret_access_key=own.s3_secret_key,
            )
        if len(key.encode("utf-8", "surrogatepass")) > LONGEST_KEY:
            raise BadSource("no-such-object", f"no object can have a name of more than {LONGEST_KEY:,} bytes")
        try:
            answer = self._client.get_object(Bucket=bucket, Key=key)
        except ClientError as error:
            raise _why(error) from None
        except ParamValidationError:
            raise BadSource("no-such-object", "no bucket or object can have this name") from None
        except BotoCoreError as error:
            raise Retry("s3-source", f"the S3 service can't be reached ({type(error).__name__})") from None
        return answer["ContentLength"], self._chunks(answer["Body"])

    @staticmethod
    def _chunks(body: Any) -> Iterator[bytes]:
        try:
            yield from body.iter_chunks(CHUNK)
        except (BotoCoreError, OSError) as error:
            raise Retry("s3-source", f"the S3 service broke off ({type(error).__name__})") from None


def _why(error: ClientError) -> BadSource | Retry:
    """Tells a name that is never answered from a service that may answer it later: the first holds nobody up."""
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in NEVER:
        return BadSource("no-such-object", "there is no object of this name in the bucket")
    if code in FORBIDDEN:
        return BadSource("not-readable", "the object may not be read with REAM_S3_ACCESS_KEY")
    if 400 <= status < 500 and code not in PASSING and status not in PASSING_STATUS:
        return BadSource("no-such-object", f"the S3 service answers {status} {code} to this name")
    return Retry("s3-source", f"the S3 service answered {status} {code}")
