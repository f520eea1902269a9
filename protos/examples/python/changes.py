"""The log of changes: read, and verified as it is read."""
import hashlib

from zhiping.assessment.v1 import feed_service_pb2 as feed, submission_pb2


def what_changed(entry):
    kind = entry.event.WhichOneof("event")
    if kind is None:
        return "未提供 withheld" if entry.withheld else "?"
    if kind != "submission":
        return kind
    submission = entry.event.submission
    return f"{kind} #{submission.key.number} {submission_pb2.SubmissionState.Value.Name(submission.state)}"


def entry_hash(entry):
    """As change.proto says: each field after its length."""
    fields = [
        b"zhiping.log.v1",
        b"changes",
        entry.previous_hash,
        int(entry.position).to_bytes(8, "big"),
        entry.instant.ToMicroseconds().to_bytes(8, "big"),
        entry.event_bytes,
    ]
    return hashlib.sha256(b"".join(len(f).to_bytes(8, "big") + f for f in fields)).digest()


def check(entry, position, previous_hash):
    """It follows the entry at that position, and is what was hashed. We do not get what an entry says
    of enterprises that we are not enrolled for: of it we know the hash that it states, and that the
    next one names the same.
    """
    follows = int(entry.position) == position + 1 and entry.previous_hash == previous_hash
    if not follows or not (entry.withheld or entry.hash == entry_hash(entry)):
        raise RuntimeError(f"the log does not verify at {position + 1}")


def read_feed(service, after=None, receipt_no=None):
    """Reads from a cursor: up to the end, or up to that submission. Gives the cursor to go on from,
    which a platform stores with what it made of the entries. FEED_REWOUND says that the log was
    restored from a backup: then begin again without a cursor. So does a platform that was enrolled
    for another enterprise: what was withheld is there now.
    """
    position, previous_hash = 0, bytes(32)
    if after is not None and after.position:
        position, previous_hash = int(after.position), after.hash
    verified = withheld = 0
    for batch in service.WatchSubmissions(feed.WatchSubmissionsRequest(after=after), timeout=60):
        found = False
        for entry in batch.entries:
            check(entry, position, previous_hash)
            position, previous_hash = int(entry.position), entry.hash
            verified += 1
            withheld += entry.withheld
            if receipt_no is not None and not found:
                print(f"    {entry.position} {what_changed(entry)}")
                found = entry.event.submission.receipt_no == receipt_no
        if found or (receipt_no is None and batch.at_end):
            print(f"  变更日志 / feed: 校验 verified {verified}, 未提供 withheld {withheld}")
            return batch.next
    raise RuntimeError("the feed ended")
