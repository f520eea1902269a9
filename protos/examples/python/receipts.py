"""Receipts, verified without any service: the signature by its published key, and the number."""
import base64
import hashlib
import json
from datetime import datetime, timezone

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_der_public_key
from google.protobuf import text_format

from zhiping.assessment.v1 import receipt_pb2
from zhiping.common.v1 import trust_pb2

PAYLOAD_TYPE = "application/vnd.zhiping.receipt.v1"
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class NotTrusted(Exception):
    pass


def read_trust_file(path):
    """The keys that the operator of Zhiping has published, and what each may sign."""
    with open(path, encoding="utf-8") as file:
        return text_format.Parse(file.read(), trust_pb2.Trust())


def verify(envelope_json, trust):
    """The receipt and its number, if a trusted key signed it; else NotTrusted."""
    envelope = json.loads(envelope_json)  # DSSE, https://github.com/secure-systems-lab/dsse
    if envelope["payloadType"] != PAYLOAD_TYPE:
        raise NotTrusted(f"no receipt: {envelope['payloadType']}")
    payload = base64.b64decode(envelope["payload"], validate=True)
    signed = b"DSSEv1 %d %b %d %b" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)
    # Programme and instant, by which keys count, stand in the payload. Nothing else of it is looked
    # at before a signature fits.
    receipt = receipt_pb2.Receipt.FromString(payload)
    for signature in envelope["signatures"]:
        for key in trust.keys:
            if key.key_id == signature["keyid"] and may_sign(key, receipt) and fits(
                key, signed, base64.b64decode(signature["sig"], validate=True)
            ):
                return receipt, receipt_number(payload)
    raise NotTrusted("no signature of a key that may sign receipts")


def may_sign(key, receipt):
    """Whether the key counts for this programme's receipts, at the instant of signing."""
    signed_at = receipt.signed_at.ToDatetime(tzinfo=timezone.utc)
    return (
        key.algorithm == trust_pb2.KeyAlgorithm.ED25519  # the other one is SM2
        and trust_pb2.Purpose.RECEIPT in key.purposes
        and ("*" in key.programmes or receipt.content.programme in key.programmes)
        and not key.revoked_at
        and (not key.not_before or datetime.fromisoformat(key.not_before) <= signed_at)
        and (not key.not_after or signed_at < datetime.fromisoformat(key.not_after))
    )


def fits(key, signed, signature):
    try:
        load_der_public_key(base64.b64decode(key.public_key)).verify(signature, signed)
        return True
    except InvalidSignature:
        return False


def receipt_number(payload):
    """The number that is printed on the page: the first 50 bits of the payload's SHA-256."""
    bits = int.from_bytes(hashlib.sha256(payload).digest()[:7], "big") >> 6
    digits = "".join(CROCKFORD[bits >> shift & 31] for shift in range(45, -1, -5))
    return f"{digits[:5]}-{digits[5:]}"
