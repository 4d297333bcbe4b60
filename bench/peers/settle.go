package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// settleLimit is a little more than a closed connection keeps its port.
const settleLimit = 65 * time.Second

var waitingPorts = regexp.MustCompile(`(?m)^TCP:.* tw (\d+) `)

// settle waits until most local ports are free again: a tool that opens tens of
// thousands of connections must not be what the next one meets.
func (b *bench) settle(ctx context.Context) {
	most := localPorts() / 2
	begin := time.Now()
	for told := false; time.Since(begin) < settleLimit; told = true {
		text, err := os.ReadFile("/proc/net/sockstat")
		found := waitingPorts.FindSubmatch(text)
		if err != nil || found == nil {
			return
		}
		waiting, err := strconv.Atoi(string(found[1]))
		if err != nil || waiting < most {
			return
		}
		if !told {
			b.logf("  %d closed connections still hold a port: waiting", waiting)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Second):
		}
	}
}

// localPorts is how many ports clients of one address share.
func localPorts() int {
	var low, high int
	if _, err := fmt.Sscan(strings.TrimSpace(procLine("/proc/sys/net/ipv4/ip_local_port_range")), &low, &high); err != nil || high < low {
		return 28232 // what Linux does by itself
	}
	return high - low + 1
}
