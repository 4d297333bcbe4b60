package predict

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// LoopbackOrigins among the CORS origins stands for every http origin of this
// machine, whatever its port.
const LoopbackOrigins = "loopback"

// parseOrigins reads CORS_ORIGINS: origins separated by commas, as browsers send
// them (in lower case, without the port that the scheme has anyway). Empty is
// this machine's, "off" none.
func parseOrigins(list string) ([]string, error) {
	var origins []string
	for origin := range strings.SplitSeq(list, ",") {
		if origin = strings.TrimSpace(origin); origin != "" {
			origins = append(origins, origin)
		}
	}
	switch {
	case len(origins) == 0:
		return []string{LoopbackOrigins}, nil
	case len(origins) == 1 && origins[0] == "off":
		return nil, nil
	case len(origins) == 1 && origins[0] == "*":
		return origins, nil
	}
	for i, origin := range origins {
		if origin == LoopbackOrigins {
			continue
		}
		var ok bool
		if origins[i], ok = normalOrigin(origin); !ok {
			return nil, fmt.Errorf("CORS_ORIGINS: %q is not an origin: use the form https://example.com, separated by commas, "+
				"loopback for those of this machine (the default), * alone for all, or off", origin)
		}
	}
	return origins, nil
}

func normalOrigin(origin string) (string, bool) {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil ||
		u.Path != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.ContainsAny(u.Host, "* ") {
		return origin, false
	}
	host := strings.ToLower(u.Host)
	if port := u.Port(); port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return origin, false
		}
		if u.Scheme == "http" && n == 80 || u.Scheme == "https" && n == 443 {
			host = strings.TrimSuffix(host, ":"+port)
		}
	}
	return u.Scheme + "://" + strings.TrimSuffix(host, ":"), true
}

// IsLoopbackOrigin says whether a page of this machine asks. Pages that other
// machines serve cannot have such an origin.
func IsLoopbackOrigin(origin string) bool {
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && isLoopbackHost(u.Host) && u.Host != ""
}
