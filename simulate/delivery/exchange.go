package delivery

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/notifygen/notifygen/contract"
	"github.com/notifygen/notifygen/eventbridge"
)

const (
	// maxReply is how much of a reply is kept. Twice as much is read, so that a
	// secret across the end is seen and masked.
	maxReply = 4 << 10
	// maxHead bounds the status line and the headers of a reply.
	maxHead = 1 << 20
	// maxText bounds an error and the Retry-After header as they are kept.
	maxText = 300
)

// timedOut is the error of an attempt that took too long.
var timedOut = fmt.Sprintf("no complete reply within %v", eventbridge.InvocationTimeout)

// errInterrupted is a connection that ends within the reply.
var errInterrupted = errors.New("the connection was closed before the end of the reply")

// Reply is what came back.
type Reply struct {
	Status int
	Text   string // behind the status: "OK"
	Header http.Header
	Body   []byte // the beginning, as it was sent
}

var errNoRewrite = errors.New("No rewrite says where requests of this API destination may go.") //lint:ignore ST1005 an ERROR_MESSAGE

// try sends a request once and tells how that went. The error is that of a
// request which cannot be sent at all.
func (e *Engine) try(r *eventbridge.Request) (Attempt, error) {
	target, ok := e.options.Rewrite.Target(r.URL)
	if !ok {
		return Attempt{}, errNoRewrite
	}
	text, err := wire(r, target)
	if err != nil {
		return Attempt{}, err
	}
	began := time.Now()
	ctx, cancel := context.WithDeadline(e.sending, began.Add(eventbridge.InvocationTimeout))
	defer cancel()
	got, err := e.exchange(ctx, target, r.Method, text, 2*maxReply)
	a := Attempt{Took: time.Since(began)}
	if err != nil {
		a.Error = cut(e.options.Conceal(strings.ToValidUTF8(reason(ctx, err), "\uFFFD")), maxText)
		return a, nil
	}
	a.Status = got.Status
	body := decoded(got)
	a.Reply = cut(e.options.Conceal(strings.ToValidUTF8(string(body), "\uFFFD")), maxReply)
	a.RetryAfter = cut(e.options.Conceal(got.Header.Get("Retry-After")), maxText)
	a.Meaning = cut(e.options.Conceal(e.meaning(r.URL, got, body)), maxText)
	return a, nil
}

// wire is a request as it is sent, byte for byte: net/http would sort the
// headers and add some of its own.
func wire(r *eventbridge.Request, target string) ([]byte, error) {
	to, query, _ := split(target)
	path := to.path + query
	if strings.ContainsFunc(r.Method+path, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return nil, errors.New("The URL of the request holds white space or control characters.") //lint:ignore ST1005 an ERROR_MESSAGE
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\n", r.Method, path)
	for _, h := range r.Header {
		if h.Name == "" || strings.ContainsAny(h.Name, "\r\n\x00: ") || strings.ContainsAny(h.Value, "\r\n\x00") {
			return nil, errors.New("A header of the request holds a line break.") //lint:ignore ST1005 an ERROR_MESSAGE
		}
		fmt.Fprintf(&b, "%s: %s\r\n", h.Name, h.Value)
	}
	b.WriteString("\r\n")
	b.Write(r.Body)
	return b.Bytes(), nil
}

// exchange sends a request to a URL and reads the whole reply, of which it keeps
// the beginning, up to a number of bytes. It ends when the context does.
func (e *Engine) exchange(ctx context.Context, target, method string, request []byte, most int64) (*Reply, error) {
	conn, err := e.dial(ctx, target)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	// A server may refuse a request before it has read it all: what it says
	// counts, so a failure to write matters only where nothing can be read.
	_, wrote := conn.Write(request)
	got, err := readReply(conn, method, most)
	if err != nil && wrote != nil {
		err = wrote
	}
	return got, err
}

func (e *Engine) dial(ctx context.Context, target string) (net.Conn, error) {
	to, _, _ := split(target)
	address, port := to.host, "80"
	if to.scheme == "https" {
		port = "443"
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		address = net.JoinHostPort(hostname(address), port)
	}
	if to.scheme == "http" {
		return (&net.Dialer{}).DialContext(ctx, "tcp", address)
	}
	return (&tls.Dialer{Config: e.options.TLS}).DialContext(ctx, "tcp", address)
}

func readReply(conn net.Conn, method string, most int64) (*Reply, error) {
	limit := &io.LimitedReader{R: conn, N: maxHead}
	in := bufio.NewReader(limit)
	for {
		response, err := http.ReadResponse(in, &http.Request{Method: method})
		if err != nil {
			return nil, err
		}
		// Interim replies are followed by the real one, all but 101.
		if response.StatusCode < 200 && response.StatusCode != http.StatusSwitchingProtocols {
			continue
		}
		limit.N = math.MaxInt64
		_, text, _ := strings.Cut(response.Status, " ")
		got := &Reply{Status: response.StatusCode, Text: text, Header: response.Header}
		if response.StatusCode == http.StatusSwitchingProtocols {
			return got, nil
		}
		got.Body, err = io.ReadAll(io.LimitReader(response.Body, most))
		if err == nil {
			_, err = io.Copy(io.Discard, response.Body)
		}
		return got, err
	}
}

// reason says why there is no reply, without addresses, which would differ from
// one attempt to the next.
func reason(ctx context.Context, err error) string {
	var timeout net.Error
	var operation *net.OpError
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return timedOut
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errInterrupted.Error()
	case errors.As(err, &operation):
		return operation.Op + ": " + strings.TrimPrefix(operation.Err.Error(), operation.Op+": ")
	}
	return err.Error()
}

// decoded is the beginning of the body without its content coding, which the
// request allows.
func decoded(r *Reply) []byte {
	var in io.Reader
	var err error
	switch strings.ToLower(r.Header.Get("Content-Encoding")) {
	case "gzip":
		in, err = gzip.NewReader(bytes.NewReader(r.Body))
	case "deflate":
		in, err = zlib.NewReader(bytes.NewReader(r.Body))
	default:
		return r.Body
	}
	if err != nil {
		return r.Body
	}
	// What can be decoded counts: the end may have been left out.
	body, _ := io.ReadAll(io.LimitReader(in, 2*maxReply))
	return body
}

// meaning is what the service meant where the status hides it.
func (e *Engine) meaning(url string, r *Reply, body []byte) string {
	s := contract.Find(e.options.Services, url)
	if s == nil {
		return ""
	}
	header := make(map[string]string, len(r.Header))
	for name := range r.Header {
		header[name] = r.Header.Get(name)
	}
	return s.Meaning(contract.Reply{Status: r.Status, Header: header, Body: string(body)})
}

// cut shortens a text to at most n bytes, at the end of a character.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	return strings.ToValidUTF8(text[:n], "")
}
