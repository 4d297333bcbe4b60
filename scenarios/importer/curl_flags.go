package importer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// curlOption is what an option of curl's means here. The key is its long name.
type curlOption struct {
	value bool // it takes one
	use   func(c *curlCommand, value string) error
	note  string // what to say of it, with %s for its value
	why   string // why it is refused
}

// curlShort are the one-letter names.
var curlShort = map[byte]string{
	'X': "request", 'H': "header", 'd': "data", 'F': "form", 'u': "user", 'k': "insecure", 'G': "get", 'I': "head",
	'b': "cookie", 'A': "user-agent", 'e': "referer", 's': "silent", 'S': "show-error", 'v': "verbose", 'i': "include",
	'L': "location", 'f': "fail", 'o': "output", 'O': "remote-name", 'w': "write-out", 'm': "max-time", 'N': "no-buffer",
	'#': "progress-bar", 'g': "globoff", '4': "ipv4", '6': "ipv6", 'c': "cookie-jar", 'q': "disable", 'D': "dump-header",
	'T': "upload-file", '0': "http1.0", '1': "tlsv1", '2': "sslv2", '3': "sslv3", 'E': "cert", 'J': "remote-header-name", 'K': "config", 'R': "remote-time",
	'U': "proxy-user", 'Y': "speed-limit", 'Z': "parallel", 'a': "append", 'n': "netrc", 'p': "proxytunnel", 'r': "range",
	'x': "proxy", 'y': "speed-time", 'z': "time-cond", 'j': "junk-session-cookies", 'C': "continue-at",
}

func setting(use func(*curlCommand, string)) curlOption {
	return curlOption{value: true, use: func(c *curlCommand, v string) error { use(c, v); return nil }}
}

func toggle(use func(*curlCommand)) curlOption {
	return curlOption{use: func(c *curlCommand, _ string) error { use(c); return nil }}
}

// curlRequestOption are the options that say what is sent.
func curlRequestOption(long string) (curlOption, bool) {
	switch long {
	case "request":
		return setting(func(c *curlCommand, v string) { c.method = v }), true
	case "header":
		return curlOption{value: true, use: (*curlCommand).addHeader}, true
	case "url":
		return curlOption{value: true, use: (*curlCommand).address}, true
	case "data", "data-ascii", "data-binary", "data-raw", "json", "data-urlencode":
		return curlOption{value: true, use: func(c *curlCommand, v string) error { return c.addData(long, v) }}, true
	case "url-query":
		return curlOption{value: true, use: (*curlCommand).addQuery}, true
	case "form", "form-string":
		return setting(func(c *curlCommand, v string) { c.forms = append(c.forms, curlForm{v, long == "form-string"}) }), true
	case "form-escape":
		return toggle(func(c *curlCommand) { c.escape = true }), true
	case "upload-file":
		return curlOption{value: true, use: (*curlCommand).setUpload}, true
	case "user":
		return setting(func(c *curlCommand, _ string) { c.basic = true }), true
	case "netrc", "netrc-optional":
		return curlOption{use: func(c *curlCommand, _ string) error { c.basic = true; return nil }}, true
	case "oauth2-bearer":
		return setting(func(c *curlCommand, v string) { c.bearer = v }), true
	case "cookie":
		return curlOption{value: true, use: (*curlCommand).addCookie}, true
	case "user-agent":
		return setting(func(c *curlCommand, v string) { c.agent = &v }), true
	case "referer":
		return setting(func(c *curlCommand, v string) { c.referer, _, _ = strings.Cut(v, ";auto") }), true
	case "range":
		return setting(func(c *curlCommand, v string) { c.ranges = "bytes=" + v }), true
	case "request-target":
		return setting(func(c *curlCommand, v string) { c.target = v }), true
	case "get":
		return toggle(func(c *curlCommand) { c.get = true }), true
	case "head":
		return toggle(func(c *curlCommand) { c.head = true }), true
	case "compressed":
		return toggle(func(c *curlCommand) { c.compress = true }), true
	case "path-as-is":
		return toggle(func(c *curlCommand) { c.asIs = true }), true
	case "globoff":
		return toggle(func(c *curlCommand) { c.noGlob = true }), true
	}
	return curlOption{}, false
}

// curlConnectionOption are the options that say how it is sent: a matter of
// mlbench's flags, not of the scenario.
func curlConnectionOption(long string) (curlOption, bool) {
	switch long {
	case "insecure":
		return curlOption{note: "-k: run it with --insecure."}, true
	case "location", "location-trusted":
		return curlOption{note: "-L: redirects are answers here, and are not followed."}, true
	case "cacert":
		return curlOption{value: true, note: "--cacert: run it with --cacert %s."}, true
	case "cert":
		return curlOption{value: true, use: func(c *curlCommand, v string) error {
			file, _, _ := strings.Cut(v, ":") // what follows is a password
			c.note("--cert: run it with --cert %s.", file)
			return nil
		}}, true
	case "key":
		return curlOption{value: true, note: "--key: run it with --key %s."}, true
	case "unix-socket":
		return curlOption{value: true, note: "--unix-socket: run it with --unix-socket %s."}, true
	case "resolve", "connect-to":
		return curlOption{value: true, use: func(c *curlCommand, v string) error { return c.connect(long, v) }}, true
	case "max-time":
		return curlOption{value: true, note: "-m: run it with --timeout %ss."}, true
	case "http2", "http2-prior-knowledge":
		return curlOption{note: "--" + long + ": run it with --transport h2."}, true
	case "http3", "http3-only", "http1.0":
		return curlOption{note: "--" + long + ": it is sent by HTTP/1.1."}, true
	case "proxy", "socks5", "socks5-hostname", "socks4", "preproxy", "socks4a":
		return curlOption{value: true, use: func(_ *curlCommand, v string) error {
			if v == "" {
				return nil
			}
			return fmt.Errorf("--%s: mlbench measures its target directly, never through a proxy", long)
		}}, true
	case "config":
		return curlOption{value: true, why: "its options are in another file: write them out"}, true
	case "aws-sigv4":
		return curlOption{value: true, why: "each request would need a signature of its own time, which mlbench does not make"}, true
	case "digest", "ntlm", "negotiate", "anyauth":
		return curlOption{why: "the login is an exchange of several requests on one connection, which mlbench does not make"}, true
	case "time-cond":
		return curlOption{value: true, why: "it sends a date of its own making: give it as -H 'If-Modified-Since: …'"}, true
	case "continue-at":
		return curlOption{value: true, why: "what it sends depends on a file of an earlier call: give a range with -r"}, true
	case "etag-compare", "etag-save":
		return curlOption{value: true, why: "it sends what an earlier answer said: give it as -H 'If-None-Match: …'"}, true
	case "tr-encoding":
		return curlOption{why: "mlbench reads bodies of answers without transfer codings but chunked"}, true
	}
	return curlOption{}, false
}

// harmless options are about curl's output and patience.
func harmless(long string) (curlOption, bool) {
	switch long {
	case "silent", "show-error", "verbose", "include", "fail", "fail-with-body", "fail-early", "no-buffer", "progress-bar", "ipv4", "ipv6",
		"remote-name", "remote-name-all", "remote-header-name", "remote-time", "no-progress-meter", "disable", "tcp-nodelay", "no-keepalive",
		"http1.1", "http0.9", "basic", "create-dirs", "parallel", "parallel-immediate", "raw", "styled-output", "no-styled-output", "trace-time",
		"post301", "post302", "post303", "no-sessionid", "no-alpn", "junk-session-cookies", "tcp-fastopen", "ssl-reqd", "ssl", "compressed-ssh",
		"tlsv1", "tlsv1.0", "tlsv1.1", "tlsv1.2", "tlsv1.3", "no-location", "no-fail", "no-silent", "metalink", "show-headers", "retry-all-errors",
		"retry-connrefused", "ssl-no-revoke", "remove-on-error", "no-clobber", "no-compressed", "no-insecure", "no-get", "no-head", "append":
		return curlOption{}, true
	case "output", "write-out", "connect-timeout", "retry", "retry-delay", "retry-max-time", "cookie-jar", "output-dir",
		"dump-header", "stderr", "trace", "trace-ascii", "keepalive-time", "limit-rate", "max-redirs", "speed-limit", "speed-time", "noproxy",
		"interface", "local-port", "dns-servers", "happy-eyeballs-timeout-ms", "expect100-timeout", "max-filesize", "proto", "proto-redir",
		"proto-default", "tls-max", "ciphers", "tls13-ciphers", "cert-type", "key-type", "pass", "capath", "rate", "parallel-max", "proxy-user", "proxy-header",
		"doh-url", "alt-svc", "hsts":
		return curlOption{value: true}, true
	}
	return curlOption{}, false
}

func curlOptionOf(long string) (curlOption, error) {
	for _, kind := range []func(string) (curlOption, bool){curlRequestOption, curlConnectionOption, harmless} {
		if o, ok := kind(long); ok && o.why != "" {
			return o, fmt.Errorf("--%s: %s", long, o.why)
		} else if ok {
			return o, nil
		}
	}
	return curlOption{}, fmt.Errorf("the option --%s is not understood, and may change what is sent", draft.Printable(long))
}

func (c *curlCommand) read(words []string) error {
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case c.vault.HasPlaces(word) && strings.HasPrefix(word, "-") && len(word) > 1 && word[1] == '-':
			return fmt.Errorf("an option that is a variable, %s: write it out", draft.Printable(c.vault.Shown(word)))
		case strings.HasPrefix(word, "--") && len(word) > 2:
			o, err := curlOptionOf(word[2:])
			if err != nil {
				return err
			}
			value := ""
			if o.value {
				if i++; i == len(words) {
					return fmt.Errorf("the option %s wants a value", word)
				}
				value = words[i]
			}
			if err := c.apply(o, value); err != nil {
				return err
			}
		case strings.HasPrefix(word, "-") && len(word) > 1 && word != "--":
			used, err := c.short(word[1:], words[i+1:])
			if err != nil {
				return err
			}
			i += used
		case word != "--":
			if err := c.address(word); err != nil {
				return err
			}
		}
	}
	if len(c.urls) > 1 && slices.ContainsFunc(c.urls, func(at string) bool { return c.vault.Form().ReplaceAllString(at, "") == "" }) {
		return errors.New("a variable beside the URL may hold options: write out what it stands for")
	}
	return nil
}

// short reads one-letter options, which may stand together: -sSXPOST.
func (c *curlCommand) short(letters string, rest []string) (used int, err error) {
	for j := range len(letters) {
		long, ok := curlShort[letters[j]]
		if !ok {
			return 0, fmt.Errorf("the option -%s is not understood, and may change what is sent", draft.Printable(letters[j:j+1]))
		}
		o, err := curlOptionOf(long)
		if err != nil {
			return 0, err
		}
		if !o.value {
			if err := c.apply(o, ""); err != nil {
				return 0, err
			}
			continue
		}
		value := letters[j+1:]
		if value == "" {
			if len(rest) == 0 {
				return 0, fmt.Errorf("the option -%c wants a value", letters[j])
			}
			value, used = rest[0], 1
		}
		return used, c.apply(o, value)
	}
	return 0, nil
}

func (c *curlCommand) apply(o curlOption, value string) error {
	switch {
	case o.note != "" && o.value:
		c.note(o.note, value)
	case o.note != "":
		c.note("%s", o.note)
	}
	if o.use == nil {
		return nil
	}
	return o.use(c, value)
}
