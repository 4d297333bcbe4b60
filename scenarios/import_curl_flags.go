package scenarios

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// curlOption is what an option of curl's means here. The key is its long name.
type curlOption struct {
	value bool // it takes one
	use   func(c *curlCommand, value string) error
	note  string // what to say when it is ignored; empty and no use: harmless
}

// curlShort are the one-letter names.
var curlShort = map[byte]string{
	'X': "request", 'H': "header", 'd': "data", 'F': "form", 'u': "user", 'k': "insecure", 'G': "get", 'I': "head",
	'b': "cookie", 'A': "user-agent", 'e': "referer", 's': "silent", 'S': "show-error", 'v': "verbose", 'i': "include",
	'L': "location", 'f': "fail", 'o': "output", 'O': "remote-name", 'w': "write-out", 'm': "max-time", 'N': "no-buffer",
	'#': "progress-bar", 'g': "globoff", '4': "ipv4", '6': "ipv6", 'c': "cookie-jar", 'q': "disable", 'D': "dump-header",
}

// curlOptions are those that are understood; any other is an error, because it
// may change what is sent.
func curlOptions(long string) (curlOption, bool) {
	header := func(name string) func(*curlCommand, string) error {
		return func(c *curlCommand, v string) error {
			c.headers = append(c.headers, name+": "+v)
			return nil
		}
	}
	switch long {
	case "request":
		return curlOption{value: true, use: func(c *curlCommand, v string) error { c.method = strings.ToUpper(v); return nil }}, true
	case "header":
		return curlOption{value: true, use: func(c *curlCommand, v string) error { c.headers = append(c.headers, v); return nil }}, true
	case "url":
		return curlOption{value: true, use: (*curlCommand).address}, true
	case "data", "data-ascii", "data-binary", "data-raw", "json", "data-urlencode":
		return curlOption{value: true, use: func(c *curlCommand, v string) error { return c.addData(long, v) }}, true
	case "form", "form-string":
		return curlOption{value: true, use: func(c *curlCommand, v string) error {
			c.forms = append(c.forms, curlForm{v, long == "form-string"})
			return nil
		}}, true
	case "user":
		return curlOption{value: true, use: func(c *curlCommand, _ string) error { c.user = true; return nil }}, true
	case "oauth2-bearer":
		return curlOption{value: true, use: func(c *curlCommand, v string) error { return header("Authorization")(c, "Bearer "+v) }}, true
	case "cookie":
		return curlOption{value: true, use: func(c *curlCommand, v string) error {
			if !strings.Contains(v, "=") {
				return errors.New("-b FILE: give the cookies themselves, as -b 'name=value'")
			}
			return header("Cookie")(c, v)
		}}, true
	case "user-agent":
		return curlOption{value: true, use: header("User-Agent")}, true
	case "referer":
		return curlOption{value: true, use: header("Referer")}, true
	case "get":
		return curlOption{use: func(c *curlCommand, _ string) error { c.get = true; return nil }}, true
	case "head":
		return curlOption{use: func(c *curlCommand, _ string) error { c.head = true; return nil }}, true
	case "compressed":
		return curlOption{use: func(c *curlCommand, _ string) error { return header("Accept-Encoding")(c, "gzip, deflate") }}, true
	case "insecure":
		return curlOption{note: "-k: run it with --insecure."}, true
	case "location":
		return curlOption{note: "-L: redirects are answers here, and are not followed."}, true
	}
	return harmless(long)
}

// harmless options are about curl's output and patience.
func harmless(long string) (curlOption, bool) {
	switch long {
	case "silent", "show-error", "verbose", "include", "fail", "fail-with-body", "no-buffer", "progress-bar", "globoff", "ipv4", "ipv6",
		"remote-name", "no-progress-meter", "disable", "path-as-is", "tcp-nodelay", "no-keepalive", "http1.1", "http1.0", "no-fail":
		return curlOption{}, true
	case "http2", "http2-prior-knowledge", "http3":
		return curlOption{note: "--" + long + ": it is sent by HTTP/1.1."}, true
	case "output", "write-out", "max-time", "connect-timeout", "retry", "retry-delay", "retry-max-time", "cookie-jar",
		"dump-header", "stderr", "trace", "trace-ascii", "keepalive-time", "limit-rate":
		return curlOption{value: true}, true
	}
	return curlOption{}, false
}

func (c *curlCommand) read(words []string) error {
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "--":
			for _, at := range words[i+1:] {
				if err := c.address(at); err != nil {
					return err
				}
			}
			return nil
		case strings.HasPrefix(word, "--"):
			o, ok := curlOptions(word[2:])
			if !ok {
				return fmt.Errorf("the option %s is not understood; leave it out", printable(word))
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
		case strings.HasPrefix(word, "-") && len(word) > 1:
			used, err := c.short(word[1:], words[i+1:])
			if err != nil {
				return err
			}
			i += used
		default:
			if err := c.address(word); err != nil {
				return err
			}
		}
	}
	return nil
}

// short reads one-letter options, which may stand together: -sSXPOST.
func (c *curlCommand) short(letters string, rest []string) (used int, err error) {
	for j := range len(letters) {
		o, ok := curlOptions(curlShort[letters[j]])
		if !ok {
			return 0, fmt.Errorf("the option -%s is not understood; leave it out", printable(letters[j:j+1]))
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
	if o.note != "" {
		c.notes = append(c.notes, o.note)
	}
	if o.use == nil {
		return nil
	}
	return o.use(c, value)
}

func (c *curlCommand) address(at string) error {
	if c.url != "" {
		return errors.New("it has more than one URL; give one command for each")
	}
	c.url = at
	return nil
}

// addData collects a body as curl does: -d takes line breaks out of files,
// --data-binary does not, --data-raw knows no files.
func (c *curlCommand) addData(option, v string) error {
	c.json = c.json || option == "json"
	if option == "data-urlencode" {
		name, value, ok := strings.Cut(v, "=")
		switch {
		case strings.Contains(name, "@"):
			return errors.New("--data-urlencode name@file: write the value out")
		case !ok:
			name, value = "", name
		}
		if value = url.QueryEscape(value); name != "" {
			value = name + "=" + value
		}
		c.data = append(c.data, value)
		return nil
	}
	if file, ok := strings.CutPrefix(v, "@"); ok && option != "data-raw" {
		if file == "-" {
			return errors.New("it reads its data from stdin; name a file")
		}
		raw, err := readData(file)
		if err != nil {
			return err
		}
		v = string(raw)
		if option == "data" || option == "data-ascii" {
			v = strings.NewReplacer("\r", "", "\n", "", "\x00", "").Replace(v)
		}
	}
	c.data = append(c.data, v)
	return nil
}
