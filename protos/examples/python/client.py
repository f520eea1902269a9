"""Calls to Zhiping's services: TLS, the platform's token, errors in full, retries."""
import os
import random
import sys
import time
from urllib.parse import quote

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

# Whether anything was done is not known after these: the same request is sent again. As it has the
# same request id, what was done already is not done twice, and its answer comes again.
WORTH_ANOTHER_TRY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
TRIES = 10
TIMEOUT_SECONDS = 10


def setting(name, default):
    return os.environ.get(name, default)


class PlatformCredentials(grpc.AuthMetadataPlugin):
    """Who is calling, and for which natural person: metadata of every call."""

    def __init__(self, token_file, person):
        self._token_file = token_file
        self._person = quote(person)  # metadata are ASCII

    def __call__(self, context, callback):
        # Read each time: tokens expire and are replaced.
        try:
            with open(self._token_file, encoding="ascii") as file:
                token = file.read().strip()
        except OSError as error:
            callback((), error)
            return
        callback((("authorization", f"Bearer {token}"), ("zhiping-acting-for", self._person)), None)


def connect(target):
    """A channel to a service. One is enough for all calls of a program, from any thread."""
    with open(setting("ZHIPING_TLS_CA", "build/local/tls/ca.crt"), "rb") as file:
        tls = grpc.ssl_channel_credentials(root_certificates=file.read())
    caller = grpc.metadata_call_credentials(
        PlatformCredentials(
            setting("ZHIPING_TOKEN_FILE", "build/local/tokens/platform.jwt"),
            setting("ZHIPING_ACTING_FOR", "张三"),
        )
    )
    return grpc.secure_channel(target, grpc.composite_channel_credentials(tls, caller))


def call(method, request):
    """The answer to a request; waits for a service that is away, for about a minute."""
    for attempt in range(1, TRIES + 1):
        try:
            return method(request, timeout=TIMEOUT_SECONDS)
        except grpc.RpcError as error:
            if error.code() not in WORTH_ANOTHER_TRY or attempt == TRIES:
                raise
            print_error(error)
            print(
                f"  第 {attempt} 次没有成功，用同一请求重试 / attempt {attempt} failed, trying the same request again",
                file=sys.stderr,
            )
            time.sleep(min(2**attempt, 8) * random.uniform(0.5, 1))


def reason_of(error):
    """The stable reason of an error, such as ASSESSMENT_EXISTS: what programs decide by."""
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return info.reason
    return ""


def print_error(error):
    """All that an error says: for programs, and for people in both languages."""
    print(f"  {error.code().name}: {error.details()}", file=sys.stderr)
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        info = error_details_pb2.ErrorInfo()
        message = error_details_pb2.LocalizedMessage()
        fields = error_details_pb2.BadRequest()
        if detail.Unpack(info):
            print(f"    {info.domain}/{info.reason} {dict(info.metadata)}", file=sys.stderr)
        elif detail.Unpack(message):
            print(f"    {message.locale}: {message.message}", file=sys.stderr)
        elif detail.Unpack(fields):
            for field in fields.field_violations:
                print(f"    {field.field}: {field.description}", file=sys.stderr)
