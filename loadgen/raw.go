package loadgen

import (
	"bufio"
	"encoding/json"
	"fmt"
	"time"
)

// rawResult is one request as a line of JSON: the fields that vegeta's report
// and plot read (timestamp is the planned instant, latency the response time,
// both of which vegeta cannot know), and ours behind them.
type rawResult struct {
	Attack    string            `json:"attack"`
	Seq       uint64            `json:"seq"`
	Code      uint16            `json:"code"`
	Timestamp time.Time         `json:"timestamp"`
	Latency   time.Duration     `json:"latency"` // ns
	BytesOut  int64             `json:"bytes_out"`
	BytesIn   int64             `json:"bytes_in"`
	Error     string            `json:"error"`
	Body      []byte            `json:"body"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`

	Class     string        `json:"class"`
	Service   time.Duration `json:"service"`    // ns
	Lag       time.Duration `json:"lag"`        // ns
	FirstByte time.Duration `json:"first_byte"` // ns
}

// rawWriter writes measured requests one by one, in the order of their answers
// within each interval.
type rawWriter struct{ w *bufio.Writer }

func (rw *rawWriter) write(g *Generator, outcomes []outcome) error {
	enc := json.NewEncoder(rw.w)
	for i := range outcomes {
		o := &outcomes[i]
		sent := o.payload.NumberedHead(o.number)
		r := rawResult{
			Seq:       o.number % requestsPerStream,
			Code:      uint16(o.status),
			Timestamp: g.origin.Add(o.planned).Round(0),
			Latency:   o.response,
			BytesOut:  o.bytesOut,
			BytesIn:   o.bytesIn,
			Error:     failureNames[o.failure],
			Method:    sent.Method,
			URL:       g.plan.URL.Scheme + "://" + g.plan.URL.Host + sent.ShownTarget(),
			Class:     g.recorder.names[o.class],
			Service:   o.service,
			Lag:       o.lag,
			FirstByte: o.first,
		}
		if err := enc.Encode(&r); err != nil {
			return fmt.Errorf("raw results: %w", err)
		}
	}
	if err := rw.w.Flush(); err != nil {
		return fmt.Errorf("raw results: %w", err)
	}
	return nil
}
