package cases

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios"
)

// sizes make a list longer and shorter.
func sizes(p place, size int, l limit) (out []mutation) {
	wanted := []int{0, size - 1, size + 1}
	kinds := map[int]string{}
	if l.size != nil {
		wanted = append(wanted, l.size.Min, l.size.Max, l.size.Min-1, l.size.Max+1)
		kinds[l.size.Min], kinds[l.size.Max] = atLimit, atLimit
		kinds[l.size.Min-1], kinds[l.size.Max+1] = pastLimit, pastLimit
	}
	slices.Sort(wanted)
	for _, n := range slices.Compact(wanted) {
		if n < 0 || n == size || n > maxItems {
			continue
		}
		kind := kinds[n]
		if kind == "" {
			kind = otherSize
		}
		out = append(out, change(kind, fmt.Sprintf("%s of %d items", p, n), p, func(v any) (any, bool) {
			list, ok := v.([]any)
			if !ok || len(list) == 0 {
				return nil, n == 0 && ok
			}
			resized := make([]any, n)
			for i := range resized {
				resized[i] = list[i%len(list)]
			}
			return resized, true
		}))
	}
	return out
}

// numbersAt are odd numbers; limits are those of the generator.
func numbersAt(p place, l limit) (out []mutation) {
	for _, v := range []string{"1e308", "-1e308", "1e400", "-1e400", "123456789012345678901234567890"} {
		out = append(out, put(hugeNumber, p, v))
	}
	for _, v := range []string{"0", "-0", "1e-400", "5e-324", "0.1234567890123456789012345", "1.0", "1E0"} {
		out = append(out, put(oddNumber, p, v))
	}
	for _, word := range []string{"NaN", "Infinity", "0x10", "01"} {
		const mark = "7777000000007777"
		m := put(brokenJSON, p, mark)
		out = append(out, mutation{brokenJSON, p.String() + " = " + word, func(body []byte) ([]byte, bool) {
			changed, ok := m.apply(body)
			return bytes.Replace(changed, []byte(mark), []byte(word), 1), ok
		}})
	}
	for _, end := range []struct {
		at      *float64
		outward float64
	}{{l.min, -1}, {l.max, 1}} {
		if end.at == nil {
			continue
		}
		at := *end.at
		out = append(out, put(atLimit, p, string(scenarios.AppendNumber(nil, at))))
		for _, v := range []float64{math.Nextafter(at, math.Inf(int(end.outward))), at + end.outward*max(1, math.Abs(at)/1000)} {
			out = append(out, put(pastLimit, p, string(scenarios.AppendNumber(nil, v))))
		}
	}
	return out
}

// texts are odd ones, as JSON writes them, and those of lengths at the limits.
func texts(p place, l limit) (out []mutation) {
	for _, v := range []string{
		`""`, `" "`, `"Grüße, 世界 🚀"`, `"e\u0301\u200b\u202e"`, `"\u0000"`, `"\ud800"`, `"line\nline\ttab"`, `"'; --\"<b>${x}{{x}}%s"`,
	} {
		out = append(out, put(oddText, p, v))
	}
	if l.choice {
		out = append(out, put(pastLimit, p, `"mlbench-none-of-these"`))
	}
	kinds := map[int]string{longText: oddText}
	if l.length != nil {
		kinds[l.length.Min], kinds[l.length.Max] = atLimit, atLimit
		kinds[l.length.Min-1], kinds[l.length.Max+1] = pastLimit, pastLimit
	}
	for _, n := range slices.Sorted(maps.Keys(kinds)) {
		if n < 0 || n > maxItems {
			continue
		}
		m := put(kinds[n], p, `"`+strings.Repeat("ü", n)+`"`)
		m.about = fmt.Sprintf("%s = a text of %d characters", p, n)
		out = append(out, m)
	}
	return out
}

// broken are bodies that look like JSON and are none.
func broken() (out []mutation) {
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	for _, b := range []struct {
		about string
		of    func(body []byte) []byte
	}{
		{"cut off in the middle", func(b []byte) []byte { return b[:len(b)/2] }},
		{"without its last character", func(b []byte) []byte { return b[:len(b)-1] }},
		{"a comma before its end", func(b []byte) []byte { return join(b[:len(b)-1], []byte(","), b[len(b)-1:]) }},
		{"twice in a row", func(b []byte) []byte { return join(b, b) }},
		{"single quotes", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(`"`), []byte(`'`)) }},
		{"a byte order mark before it", func(b []byte) []byte { return join([]byte("\xef\xbb\xbf"), b) }},
		{"bytes that are no text", func([]byte) []byte { return []byte{0, 1, 2, 0xff} }},
	} {
		out = append(out, mutation{brokenJSON, b.about, func(body []byte) ([]byte, bool) {
			if len(body) == 0 {
				return nil, false
			}
			out := b.of(body)
			return out, !json.Valid(out)
		}})
	}
	return out
}
