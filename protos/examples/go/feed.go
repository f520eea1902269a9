// The log of changes: read, and verified as it is read.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	assessmentv1 "zhiping.example/protos/zhiping/assessment/v1"
)

func whatChanged(entry *assessmentv1.ChangeEntry) string {
	if entry.Withheld && entry.Event == nil {
		return "未提供 withheld"
	}
	if s := entry.Event.GetSubmission(); s != nil {
		return fmt.Sprintf("submission #%d %s", s.Key.Number, s.State)
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", entry.Event.GetEvent()), "*assessmentv1.AssessmentEvent_")
}

// entryHash is what change.proto says: each field after its length.
func entryHash(entry *assessmentv1.ChangeEntry, position uint64) []byte {
	eightBytes := func(number uint64) []byte { return binary.BigEndian.AppendUint64(nil, number) }
	hash := sha256.New()
	for _, field := range [][]byte{
		[]byte("zhiping.log.v1"),
		[]byte("changes"),
		entry.PreviousHash,
		eightBytes(position),
		eightBytes(uint64(entry.Instant.AsTime().UnixMicro())),
		entry.EventBytes,
	} {
		hash.Write(eightBytes(uint64(len(field))))
		hash.Write(field)
	}
	return hash.Sum(nil)
}

// A chain is how far the log was verified.
type chain struct {
	position           uint64
	hash               []byte
	verified, withheld int
}

func chainAfter(cursor *assessmentv1.ChangeCursor) (*chain, error) {
	if cursor.GetPosition() == "" {
		return &chain{hash: make([]byte, sha256.Size)}, nil
	}
	position, err := strconv.ParseUint(cursor.Position, 10, 64)
	return &chain{position: position, hash: cursor.Hash}, err
}

// add says whether the entry follows, and is what was hashed. We do not get what an entry says of
// enterprises that we are not enrolled for: of it we know the hash that it states, and that the next
// one names the same.
func (c *chain) add(entry *assessmentv1.ChangeEntry) error {
	c.position++
	follows := entry.Position == strconv.FormatUint(c.position, 10) && bytes.Equal(entry.PreviousHash, c.hash)
	if !follows || !entry.Withheld && !bytes.Equal(entry.Hash, entryHash(entry, c.position)) {
		return fmt.Errorf("the log does not verify at %d", c.position)
	}
	c.hash = entry.Hash
	c.verified++
	if entry.Withheld {
		c.withheld++
	}
	return nil
}

// readFeed reads the log of changes from a cursor: up to its end, or up to that submission. It gives
// the cursor to go on from, which a platform stores with what it made of the entries. FEED_REWOUND
// says that the log was restored from a backup: then begin again without a cursor. So does a platform
// that was enrolled for another enterprise: what was withheld is there now.
func readFeed(ctx context.Context, service assessmentv1.FeedServiceClient, after *assessmentv1.ChangeCursor, receiptNo string) (*assessmentv1.ChangeCursor, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	read, err := chainAfter(after)
	if err != nil {
		return nil, err
	}
	stream, err := service.WatchSubmissions(ctx, &assessmentv1.WatchSubmissionsRequest{After: after})
	if err != nil {
		return nil, err
	}
	for {
		batch, err := stream.Recv()
		if err != nil {
			return nil, err
		}
		found := false
		for _, entry := range batch.Entries {
			if err := read.add(entry); err != nil {
				return nil, err
			}
			if receiptNo != "" && !found {
				fmt.Printf("    %s %s\n", entry.Position, whatChanged(entry))
				found = entry.Event.GetSubmission().GetReceiptNo() == receiptNo
			}
		}
		if found || receiptNo == "" && batch.AtEnd {
			fmt.Printf("  变更日志 / feed: 校验 verified %d, 未提供 withheld %d\n", read.verified, read.withheld)
			return batch.Next, nil
		}
	}
}
