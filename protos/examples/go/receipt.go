package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"google.golang.org/protobuf/encoding/prototext"
	"google.golang.org/protobuf/proto"

	assessmentv1 "zhiping.example/protos/zhiping/assessment/v1"
	commonv1 "zhiping.example/protos/zhiping/common/v1"
)

const (
	payloadType = "application/vnd.zhiping.receipt.v1"
	crockford   = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// envelope is DSSE version 1, https://github.com/secure-systems-lab/dsse.
type envelope struct {
	PayloadType string `json:"payloadType"`
	Payload     []byte `json:"payload"`
	Signatures  []struct {
		KeyID string `json:"keyid"`
		Sig   []byte `json:"sig"`
	} `json:"signatures"`
}

// readTrustFile reads the keys that the operator of Zhiping has published, and what each may sign.
func readTrustFile(path string) (*commonv1.Trust, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	trust := new(commonv1.Trust)
	return trust, prototext.Unmarshal(text, trust)
}

// verifySignature gives the receipt and its number if a trusted key signed it. No service is asked.
func verifySignature(envelopeJSON string, trust *commonv1.Trust) (*assessmentv1.Receipt, string, error) {
	var e envelope
	if err := json.Unmarshal([]byte(envelopeJSON), &e); err != nil {
		return nil, "", err
	}
	if e.PayloadType != payloadType {
		return nil, "", errors.New("no receipt: " + e.PayloadType)
	}
	signed := fmt.Appendf(nil, "DSSEv1 %d %s %d %s", len(e.PayloadType), e.PayloadType, len(e.Payload), e.Payload)
	// Programme and instant, by which keys count, stand in the payload. Nothing else of it is looked
	// at before a signature fits.
	receipt := new(assessmentv1.Receipt)
	if err := proto.Unmarshal(e.Payload, receipt); err != nil {
		return nil, "", err
	}
	for _, signature := range e.Signatures {
		for _, key := range trust.Keys {
			if key.KeyId == signature.KeyID && maySign(key, receipt) && fits(key, signed, signature.Sig) {
				return receipt, receiptNumber(e.Payload), nil
			}
		}
	}
	return nil, "", errors.New("no signature of a key that may sign receipts")
}

// maySign says whether the key counts for this programme's receipts, at the instant of signing.
func maySign(key *commonv1.TrustedKey, receipt *assessmentv1.Receipt) bool {
	signedAt := receipt.SignedAt.AsTime()
	notBefore, early := time.Parse(time.RFC3339, key.NotBefore)
	notAfter, late := time.Parse(time.RFC3339, key.NotAfter)
	return key.Algorithm == commonv1.KeyAlgorithm_ED25519 && // the other one is SM2
		slices.Contains(key.Purposes, commonv1.Purpose_RECEIPT) &&
		(slices.Contains(key.Programmes, "*") || slices.Contains(key.Programmes, receipt.Content.GetProgramme())) &&
		key.RevokedAt == "" &&
		(key.NotBefore == "" || early == nil && !signedAt.Before(notBefore)) &&
		(key.NotAfter == "" || late == nil && signedAt.Before(notAfter))
}

func fits(key *commonv1.TrustedKey, signed, signature []byte) bool {
	der, err := base64.StdEncoding.DecodeString(key.PublicKey)
	if err != nil {
		return false
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return false
	}
	public, ok := parsed.(ed25519.PublicKey)
	return ok && ed25519.Verify(public, signed, signature)
}

// receiptNumber gives the number that is printed on the page: the first 50 bits of the payload's
// SHA-256.
func receiptNumber(payload []byte) string {
	digest := sha256.Sum256(payload)
	bits := binary.BigEndian.Uint64(digest[:]) >> 14
	var digits [10]byte
	for i := range digits {
		digits[i] = crockford[bits>>(45-5*i)&31]
	}
	return fmt.Sprintf("%s-%s", digits[:5], digits[5:])
}
