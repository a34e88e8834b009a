# SPDX-License-Identifier: Apache-2.0
"""An object that a message names is read, is not to be had, or is waited for; tests/e2e asks a real S3 server."""

from __future__ import annotations

import io
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError, ReadTimeoutError
from botocore.response import StreamingBody

from ream_ingest.buckets import S3Buckets
from ream_ingest.sources import BadSource
from ream_kit import Retry

ENVIRON = {"REAM_STORE": "s3://store", "REAM_S3_ENDPOINT": "http://127.0.0.1:1"}


class Service:
    """Answers as it is told to."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def get_object(self, **named: str) -> Any:
        assert named == {"Bucket": "mail", "Key": "a/b"}
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class Breaking(io.BytesIO):
    def read(self, size: int | None = -1) -> bytes:
        raise ReadTimeoutError(endpoint_url="http://127.0.0.1:1")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Any:
    def answers(answer: Any) -> S3Buckets:
        monkeypatch.setattr(boto3, "client", lambda *_, **__: Service(answer))
        return S3Buckets(ENVIRON)

    return answers


def refusal(status: int, code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetObject")


def test_an_object_is_read_in_chunks(answers: Any) -> None:
    size, chunks = answers({"ContentLength": 3, "Body": StreamingBody(io.BytesIO(b"abc"), 3)}).open("mail", "a/b")
    assert (size, b"".join(chunks)) == (3, b"abc")


def test_a_key_that_is_too_long_is_not_asked_for(answers: Any) -> None:
    with pytest.raises(BadSource, match="1,024 bytes"):
        answers(AssertionError("it was asked")).open("mail", "ü" * 513)


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (refusal(404, "NoSuchKey"), "no-such-object"),
        (refusal(404, "NoSuchBucket"), "no-such-object"),
        (refusal(400, "KeyTooLongError"), "no-such-object"),
        (refusal(400, "InvalidURI"), "no-such-object"),
        (refusal(403, "AccessDenied"), "not-readable"),
        (refusal(403, "InvalidObjectState"), "not-readable"),
        (ParamValidationError(report="Bucket"), "no-such-object"),
    ],
)
def test_a_name_that_is_never_answered_holds_nobody_up(answers: Any, answer: Exception, cause: str) -> None:
    with pytest.raises(BadSource) as refused:
        answers(answer).open("mail", "a/b")
    assert refused.value.cause == cause


@pytest.mark.parametrize(
    "answer",
    [
        refusal(500, "InternalError"),
        refusal(503, "SlowDown"),
        refusal(429, "TooManyRequests"),
        refusal(403, "RequestTimeTooSkewed"),
        refusal(400, "ExpiredToken"),
        refusal(301, "PermanentRedirect"),
        EndpointConnectionError(endpoint_url="http://127.0.0.1:1"),
    ],
)
def test_a_service_that_may_answer_later_is_waited_for(answers: Any, answer: Exception) -> None:
    with pytest.raises(Retry) as waits:
        answers(answer).open("mail", "a/b")
    assert waits.value.waiting_for == "s3-source"


def test_one_that_breaks_off_is_waited_for(answers: Any) -> None:
    _, chunks = answers({"ContentLength": 3, "Body": StreamingBody(Breaking(), 3)}).open("mail", "a/b")
    with pytest.raises(Retry, match="broke off"):
        b"".join(chunks)
