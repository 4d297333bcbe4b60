package model

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// The protobuf wire format, as much of it as ONNX needs:
// https://protobuf.dev/programming-guides/encoding/
const (
	wireVarint  = 0
	wireFixed64 = 1
	wireBytes   = 2
	wireFixed32 = 5
)

// message is a protobuf message being written.
type message []byte

func (m *message) tag(field, wire int) {
	*m = binary.AppendUvarint(*m, uint64(field)<<3|uint64(wire))
}

func (m *message) int(field int, v int64) {
	m.tag(field, wireVarint)
	*m = binary.AppendUvarint(*m, uint64(v))
}

func (m *message) bytes(field int, b []byte) {
	m.tag(field, wireBytes)
	*m = binary.AppendUvarint(*m, uint64(len(b)))
	*m = append(*m, b...)
}

func (m *message) text(field int, s string) { m.bytes(field, []byte(s)) }

func (m *message) packedInts(field int, values []int64) {
	var b []byte
	for _, v := range values {
		b = binary.AppendUvarint(b, uint64(v))
	}
	m.bytes(field, b)
}

func (m *message) packedFloats(field int, values []float32) {
	b := make([]byte, 0, 4*len(values))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	m.bytes(field, b)
}

// field is one field of a message being read: bits for a number, data for bytes.
type field struct {
	number int
	wire   int
	bits   uint64
	data   []byte
}

var errTruncated = errors.New("it ends in the middle of a field")

// eachField calls do for every field of a message in turn. It copies nothing and
// allocates nothing, whatever lengths the message claims.
func eachField(b []byte, do func(field) error) error {
	for len(b) > 0 {
		f, rest, err := nextField(b)
		if err != nil {
			return err
		}
		if err := do(f); err != nil {
			return err
		}
		b = rest
	}
	return nil
}

func nextField(b []byte) (f field, rest []byte, err error) {
	tag, b, err := uvarint(b)
	if err != nil {
		return f, nil, err
	}
	number := tag >> 3
	if number == 0 || number > math.MaxInt32 {
		return f, nil, fmt.Errorf("it has a field numbered %d", number)
	}
	f.number, f.wire = int(number), int(tag&7)
	size := uint64(0)
	switch f.wire {
	case wireVarint:
		f.bits, b, err = uvarint(b)
		return f, b, err
	case wireBytes:
		if size, b, err = uvarint(b); err != nil {
			return f, nil, err
		}
	case wireFixed32:
		size = 4
	case wireFixed64:
		size = 8
	default:
		return f, nil, fmt.Errorf("it has a field of unknown wire type %d", f.wire)
	}
	if size > uint64(len(b)) {
		return f, nil, errTruncated
	}
	f.data = b[:size]
	return f, b[size:], nil
}

func uvarint(b []byte) (v uint64, rest []byte, err error) {
	v, n := binary.Uvarint(b)
	switch {
	case n == 0:
		return 0, nil, errTruncated
	case n < 0:
		return 0, nil, errors.New("it has a number of more than 64 bits")
	}
	return v, b[n:], nil
}

// appendInts and appendFloats read a repeated field, packed or not: protobuf
// wants readers to take both. They stop at limit elements.
func (f field) appendInts(to []int64, limit int) ([]int64, error) {
	if f.wire == wireVarint {
		return append(to, int64(f.bits)), checkLimit(len(to)+1, limit)
	}
	if f.wire != wireBytes {
		return to, errWire
	}
	for b := f.data; len(b) > 0; {
		v, rest, err := uvarint(b)
		if err != nil {
			return to, err
		}
		to, b = append(to, int64(v)), rest
		if err := checkLimit(len(to), limit); err != nil {
			return to, err
		}
	}
	return to, nil
}

func (f field) appendFloats(to []float32, limit int) ([]float32, error) {
	if f.wire != wireBytes && f.wire != wireFixed32 {
		return to, errWire
	}
	if len(f.data)%4 != 0 {
		return to, errTruncated
	}
	if err := checkLimit(len(to)+len(f.data)/4, limit); err != nil {
		return to, err
	}
	for b := f.data; len(b) > 0; b = b[4:] {
		to = append(to, math.Float32frombits(binary.LittleEndian.Uint32(b)))
	}
	return to, nil
}

var errWire = errors.New("it has a field of the wrong wire type")

func checkLimit(n, limit int) error {
	if n > limit {
		return fmt.Errorf("it has more than %d elements", limit)
	}
	return nil
}
