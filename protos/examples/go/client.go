package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log"
	"math/rand/v2"
	"net/url"
	"os"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
)

const (
	tries   = 10
	timeout = 10 * time.Second
)

func setting(name, usual string) string {
	if value, ok := os.LookupEnv(name); ok {
		return value
	}
	return usual
}

// platformCredentials say who is calling, and for which natural person: metadata of every call.
type platformCredentials struct{ tokenFile, person string }

func (c platformCredentials) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	// Read each time: tokens expire and are replaced.
	token, err := os.ReadFile(c.tokenFile)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"authorization":      "Bearer " + strings.TrimSpace(string(token)),
		"zhiping-acting-for": url.PathEscape(c.person), // metadata are ASCII
	}, nil
}

func (platformCredentials) RequireTransportSecurity() bool { return true }

// connect gives a connection to a service. One is enough for all calls of a program.
func connect(target string) (*grpc.ClientConn, error) {
	file := setting("ZHIPING_TLS_CA", "build/local/tls/ca.crt")
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	authorities := x509.NewCertPool()
	if !authorities.AppendCertsFromPEM(pem) {
		return nil, errors.New("no certificate in " + file)
	}
	return grpc.NewClient(target,
		grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: authorities})),
		grpc.WithPerRPCCredentials(platformCredentials{
			tokenFile: setting("ZHIPING_TOKEN_FILE", "build/local/tokens/platform.jwt"),
			person:    setting("ZHIPING_ACTING_FOR", "张三"),
		}))
}

// call gives the answer to a request; waits for a service that is away, for about a minute. After
// UNAVAILABLE and DEADLINE_EXCEEDED it is not known whether anything was done. The same request is
// sent again: as it has the same request id, what was done already is not done twice, and its answer
// comes again.
func call[Request, Response any](ctx context.Context,
	method func(context.Context, Request, ...grpc.CallOption) (Response, error), request Request) (Response, error) {
	for attempt := 1; ; attempt++ {
		limited, cancel := context.WithTimeout(ctx, timeout)
		response, err := method(limited, request)
		cancel()
		code := status.Code(err)
		if code != codes.Unavailable && code != codes.DeadlineExceeded || attempt == tries {
			return response, err
		}
		printError(err)
		log.Printf("  第 %d 次没有成功，用同一请求重试 / attempt %d failed, trying the same request again", attempt, attempt)
		wait := min(time.Second<<attempt, 8*time.Second)
		select {
		case <-ctx.Done():
			return response, ctx.Err()
		case <-time.After(wait/2 + rand.N(wait/2)):
		}
	}
}

// reasonOf gives the stable reason of an error, such as ASSESSMENT_EXISTS: what programs decide by.
func reasonOf(err error) string {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info.Reason
		}
	}
	return ""
}

// printError prints all that an error says: for programs, and for people in both languages.
func printError(err error) {
	failed := status.Convert(err)
	log.Printf("  %s: %s", failed.Code(), failed.Message())
	for _, detail := range failed.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			log.Printf("    %s/%s %v", detail.Domain, detail.Reason, detail.Metadata)
		case *errdetails.LocalizedMessage:
			log.Printf("    %s: %s", detail.Locale, detail.Message)
		case *errdetails.BadRequest:
			for _, field := range detail.FieldViolations {
				log.Printf("    %s: %s", field.Field, field.Description)
			}
		}
	}
}
