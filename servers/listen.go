package servers

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"
)

// defaultPorts are where a server listens unless told otherwise.
var defaultPorts = map[string]string{Legacy: "5000", Modern: "8000", Reference: "9000"}

// DefaultAddr is where a server listens when no address is given: the loopback
// interface, on its own port or on PORT.
func DefaultAddr(subject string, getenv func(string) string) (string, error) {
	port := getenv("PORT")
	if port == "" {
		port = defaultPorts[subject]
	} else if n, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("%w: PORT %q is not a port number from 0 to 65535", ErrConfig, port)
	} else {
		port = strconv.FormatUint(n, 10)
	}
	return net.JoinHostPort("127.0.0.1", port), nil
}

// listen binds before anything slow is done, so that an address in use is known
// at once.
func listen(o Options) (net.Listener, error) {
	addr := o.Addr
	if addr == "" {
		var err error
		if addr, err = DefaultAddr(o.Subject, o.Getenv); err != nil {
			return nil, err
		}
	}
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, fmt.Errorf("%w: address %q is not host:port, for example 127.0.0.1:8000 or [::1]:8000 (port 0 picks a free one)", ErrConfig, addr)
	}
	ln, err := net.Listen("tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use: stop what listens there, or choose another address with --addr (port 0 picks a free one)", addr)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	return ln, nil
}

// isLoopback looks at the bound address, not at the name it was asked by.
func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
