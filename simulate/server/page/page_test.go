package page

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, method, url string, header ...string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, url, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	body, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Result(), string(body)
}

func TestHandler(t *testing.T) {
	for _, c := range []struct {
		method, url string
		status      int
		contentType string
	}{
		{"GET", "/", 200, "text/html; charset=utf-8"},
		{"HEAD", "/", 200, "text/html; charset=utf-8"},
		{"GET", "/assets/app.js", 200, "text/javascript; charset=utf-8"},
		{"GET", "/assets/page.css", 200, "text/css; charset=utf-8"},
		{"POST", "/", 405, "text/plain; charset=utf-8"},
		{"GET", "/assets/", 404, "text/plain; charset=utf-8"},
		{"GET", "/assets", 404, "text/plain; charset=utf-8"},
		{"GET", "/page.go", 404, "text/plain; charset=utf-8"},
		{"GET", "/assets/../page.go", 404, "text/plain; charset=utf-8"},
		{"GET", "/assets/%2e%2e/page.go", 404, "text/plain; charset=utf-8"},
	} {
		reply, body := get(t, c.method, c.url)
		if reply.StatusCode != c.status || reply.Header.Get("Content-Type") != c.contentType {
			t.Errorf("%s %s: %d %s", c.method, c.url, reply.StatusCode, reply.Header.Get("Content-Type"))
		}
		if c.method == "HEAD" && body != "" {
			t.Errorf("%s %s has a body", c.method, c.url)
		}
	}
}

func TestRevalidation(t *testing.T) {
	first, _ := get(t, "GET", "/assets/app.js")
	again, body := get(t, "GET", "/assets/app.js", "If-None-Match", first.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified || body != "" {
		t.Errorf("status %d, %d bytes", again.StatusCode, len(body))
	}
}

// What the Content-Security-Policy of the server refuses would fail only in a
// browser, and only where it is used.
func TestNothingInlineOrFromElsewhere(t *testing.T) {
	for name, f := range read() {
		text := string(f.content)
		for what, pattern := range map[string]string{
			"markup from text":  `innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|setHTML`,
			"code from text":    `\beval\(|new Function|setTimeout\(['"` + "`" + `]`,
			"an inline style":   `(?i)<style|\sstyle\s*=\s*["']|setAttribute\(['"]style`,
			"an inline handler": `(?i)<[^>]+\son[a-z]+\s*=|javascript:[a-z]`,
			"another host":      `(?i)(src|href)\s*=\s*["']?(https?:)?//|url\(\s*["']?(https?:)?//|@import|import\s.*["']https?:`,
		} {
			if found := regexp.MustCompile(pattern).FindString(text); found != "" {
				t.Errorf("%s has %s: %q", name, what, found)
			}
		}
		if path.Ext(name) == ".html" {
			for _, script := range regexp.MustCompile(`(?s)<script([^>]*)>(.*?)</script>`).FindAllStringSubmatch(text, -1) {
				if !strings.Contains(script[1], ` src="/assets/`) || script[2] != "" {
					t.Errorf("%s has an inline script: %s", name, script[0])
				}
			}
		}
	}
}

// Every file that the page names is there, and every file is named.
func TestReferences(t *testing.T) {
	all := read()
	named := map[string]bool{"/index.html": true}
	for name, f := range all {
		for _, m := range regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"|from "(\./[^"]+)"`).FindAllStringSubmatch(string(f.content), -1) {
			to := m[1]
			if to == "" {
				to = path.Join(path.Dir(name), m[2])
			}
			if _, ok := all[to]; !ok {
				t.Errorf("%s names %s, which does not exist", name, to)
			}
			named[to] = true
		}
	}
	for name := range all {
		if !named[name] {
			t.Errorf("nothing names %s", name)
		}
	}
}
