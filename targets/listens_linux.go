package targets

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// listens is where the processes of a group listen, but for the given port:
// HOST:PORT each, in order.
func listens(group int, but string) (addresses []string) {
	sockets := map[string]string{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, _ := os.ReadFile(table)
		for line := range strings.Lines(string(b)) {
			// number, local address:port in hex, remote, state, …, the socket's inode.
			const listen, inode = "0A", 9
			if f := strings.Fields(line); len(f) > inode && f[3] == listen {
				sockets["socket:["+f[inode]+"]"] = f[1]
			}
		}
	}
	for _, pid := range groupMembers(group) {
		files, _ := filepath.Glob("/proc/" + pid + "/fd/*")
		for _, f := range files {
			name, _ := os.Readlink(f)
			at, ok := kernelAddress(sockets[name])
			if text := at.String(); ok && strconv.Itoa(int(at.Port())) != but && !slices.Contains(addresses, text) {
				addresses = append(addresses, text)
			}
		}
	}
	slices.Sort(addresses)
	return addresses
}

// kernelAddress reads an address as /proc/net/tcp has it: words of four bytes in
// the machine's order, here little endian.
func kernelAddress(s string) (at netip.AddrPort, ok bool) {
	host, port, ok := strings.Cut(s, ":")
	p, err := strconv.ParseUint(port, 16, 16)
	var b []byte
	if _, herr := fmt.Sscanf(host, "%x", &b); !ok || err != nil || herr != nil || len(b)%4 != 0 {
		return at, false
	}
	for i := 0; i < len(b); i += 4 {
		slices.Reverse(b[i : i+4])
	}
	ip, ok := netip.AddrFromSlice(net.IP(b))
	return netip.AddrPortFrom(ip.Unmap(), uint16(p)), ok
}
