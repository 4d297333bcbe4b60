package scenarios

import (
	"encoding"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestNumbers(t *testing.T) {
	for _, tt := range []struct {
		into encoding.TextUnmarshaler
		text string
		want string // of the value; empty: refused
	}{
		{new(duration), "30s", "30s"},
		{new(duration), "1m30s", "1m30s"},
		{new(duration), "0", "0s"},
		{new(duration), "250ms", "250ms"},
		{new(duration), "30", ""},
		{new(duration), "-1s", ""},
		{new(duration), "", ""},
		{new(Rate), "200/s", "200/s"},
		{new(Rate), "200", "200/s"},
		{new(Rate), "12000/m", "200/s"},
		{new(Rate), "1.5k/s", "1500/s"},
		{new(Rate), "9/h", "0.0025/s"},
		{new(Rate), "10M", "10000000/s"},
		{new(Rate), "0/s", ""},
		{new(Rate), "0.000001", ""},
		{new(Rate), "1000M/s", ""},
		{new(Rate), "-5/s", ""},
		{new(Rate), "5/", ""},
		{new(Rate), "/s", ""},
		{new(Rate), "5/d", ""},
		{new(Rate), "5/s/s", ""},
		{new(Rate), "inf/s", ""},
		{new(Rate), "nan", ""},
		{new(Rate), "0x10/s", ""},
		{new(Rate), "1e3/s", ""},
		{new(Rate), "1.2.3", ""},
		{new(Count), "0", "0"},
		{new(Count), "10k", "10000"},
		{new(Count), "2M", "2000000"},
		{new(Count), "1.5k", "1500"},
		{new(Count), "1.5", ""},
		{new(Count), "-1", ""},
		{new(Count), "k", ""},
		{new(Count), "99999999999999999999", ""},
		{new(Count), "", ""},
		{new(Span), "10", "{10 10}"},
		{new(Span), "5..20", "{5 20}"},
		{new(Span), "0..0", "{0 0}"},
		{new(Span), "20..5", ""},
		{new(Span), "5..", ""},
		{new(Span), "..5", ""},
		{new(Span), "-1..5", ""},
		{new(Span), "1..2..3", ""},
	} {
		err := tt.into.UnmarshalText([]byte(tt.text))
		got := strings.TrimPrefix(fmt.Sprint(tt.into), "&")
		switch {
		case tt.want == "" && err == nil:
			t.Errorf("%T %q: accepted as %s", tt.into, tt.text, got)
		case tt.want == "" && !strings.Contains(err.Error(), fmt.Sprintf("found %q, want a", tt.text)):
			t.Errorf("%T %q: error %v", tt.into, tt.text, err)
		case tt.want != "" && (err != nil || got != tt.want):
			t.Errorf("%T %q: %s, %v, want %s", tt.into, tt.text, got, err, tt.want)
		}
	}
}

// What a flag shows is what it takes.
func TestFlagValues(t *testing.T) {
	var r Rate
	if r.String() != "" || r.Type() != "rate" {
		t.Errorf("zero rate %q, type %q", r, r.Type())
	}
	if err := r.Set("0.1/s"); err != nil || r.Set(r.String()) != nil || r != 0.1 {
		t.Errorf("%v, %v", r, err)
	}
	var c Count
	if err := c.Set("3k"); err != nil || c.Set(c.String()) != nil || c != 3000 || c.Type() != "count" {
		t.Errorf("%v, %v", c, err)
	}
	if d := duration(90 * time.Second); d.String() != "1m30s" {
		t.Errorf("%v", d)
	}
}
