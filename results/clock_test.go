package results

import (
	"os"
	"strings"
	"testing"
)

// The keys of a file's clocks are those of its first version.
func TestClocksHaveTheirKeysOfTheFirstVersion(t *testing.T) {
	f := openFile(map[string]*ClassData{"predict": served(3)})
	f.Slices[0].Connections.Clocks = histograms{ClockDial: repeat(3, 7), ClockTLS: repeat(3, 7)}
	b, err := os.ReadFile(write(t, f))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"connections":{"opened":0,"dial":"`, `","tls":"`, `"bytes_in":0,"response":"`, `","service":"`, `","lag":"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("no %s in %s", want, b)
		}
	}
}
