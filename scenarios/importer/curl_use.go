package importer

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

func (c *curlCommand) address(at string) error {
	c.urls = append(c.urls, at)
	return nil
}

// addHeader is -H, which may name a file of headers.
func (c *curlCommand) addHeader(v string) error {
	file, ok := strings.CutPrefix(v, "@")
	if !ok {
		if strings.Trim(c.vault.Form().ReplaceAllString(v, ""), " ") == "" && v != "" {
			return fmt.Errorf(`-H %s: a header that is a variable: write it as "Name: $VALUE"`, draft.Printable(c.vault.Shown(v)))
		}
		c.headers = append(c.headers, v)
		return nil
	}
	raw, err := c.read1(file)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(raw)) {
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			c.headers = append(c.headers, line)
		}
	}
	return nil
}

// addCookie is -b: cookies, or a file of them. Cookies are secrets, so those of
// a file need not be read.
func (c *curlCommand) addCookie(v string) error {
	if strings.Contains(v, "=") || c.vault.HasPlaces(v) {
		c.cookies = append(c.cookies, v)
		return nil
	}
	if _, err := os.Stat(v); v == "" || errors.Is(err, os.ErrNotExist) {
		return nil // curl only starts to keep cookies
	}
	c.note("-b: cookies of a file go into the variable COOKIE, as name=value; name=value.")
	c.cookies = append(c.cookies, draft.RedactedText)
	return nil
}

func (c *curlCommand) setUpload(v string) error {
	if c.upload != "" {
		return errors.New("it has more than one -T: give one command for each")
	}
	c.upload = v
	return nil
}

// connect is --resolve HOST:PORT:ADDRESS and --connect-to HOST1:PORT1:HOST2:PORT2.
func (c *curlCommand) connect(long, v string) error {
	fields := strings.SplitN(v, ":", 3)
	switch {
	case len(fields) < 3:
		return fmt.Errorf("--%s: want HOST:PORT:ADDRESS", long)
	case long == "connect-to":
		c.note("--connect-to: run it with --resolve %s.", fields[2])
	default:
		address, _, _ := strings.Cut(fields[2], ",")
		c.note("--resolve: run it with --resolve %s:%s.", address, fields[1])
	}
	return nil
}
