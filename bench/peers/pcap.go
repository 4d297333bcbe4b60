package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// packet is a TCP segment over IPv4 that carries data.
type packet struct {
	at       time.Duration // since the epoch
	from, to endpoint
	size     int    // bytes of data
	data     []byte // as much of it as was captured
}

type endpoint struct {
	ip   [4]byte
	port uint16
}

// Of the pcap format (draft-ietf-opsawg-pcap).
const (
	magicMicro   = 0xa1b2c3d4
	magicNano    = 0xa1b23c4d
	linkEthernet = 1 // what Linux gives its loopback device
	maxCapture   = 1 << 18
)

// readPcap reads a capture of an Ethernet-like device and keeps the TCP segments
// with data.
func readPcap(r io.Reader) ([]packet, error) {
	br := bufio.NewReader(r)
	var head [24]byte
	if _, err := io.ReadFull(br, head[:]); err != nil {
		return nil, fmt.Errorf("read capture: %w", err)
	}
	order, unit, err := pcapUnits(head[:4])
	if err != nil {
		return nil, err
	}
	if link := order.Uint32(head[20:]) & 0xffff; link != linkEthernet {
		return nil, fmt.Errorf("read capture: link type %d is not Ethernet", link)
	}
	var packets []packet
	for {
		var record [16]byte
		if _, err := io.ReadFull(br, record[:]); err == io.EOF {
			return packets, nil
		} else if err != nil {
			return nil, fmt.Errorf("read capture: %w", err)
		}
		length := order.Uint32(record[8:])
		if length > maxCapture {
			return nil, fmt.Errorf("read capture: packet of %d bytes", length)
		}
		frame := make([]byte, length)
		if _, err := io.ReadFull(br, frame); err != nil {
			return nil, fmt.Errorf("read capture: %w", err)
		}
		at := time.Duration(order.Uint32(record[0:]))*time.Second + time.Duration(order.Uint32(record[4:]))*unit
		if p, ok := segment(frame); ok {
			p.at = at
			packets = append(packets, p)
		}
	}
}

// pcapUnits tells byte order and unit of the fractional seconds by the magic
// number.
func pcapUnits(magic []byte) (binary.ByteOrder, time.Duration, error) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		switch order.Uint32(magic) {
		case magicMicro:
			return order, time.Microsecond, nil
		case magicNano:
			return order, time.Nanosecond, nil
		}
	}
	return nil, 0, errors.New("read capture: not a pcap file")
}

// segment finds the TCP segment in an Ethernet frame; ok is false for anything
// else and for segments without data.
func segment(frame []byte) (p packet, ok bool) {
	const ether, ipMin, tcpMin = 14, 20, 20
	if len(frame) < ether+ipMin || frame[12] != 0x08 || frame[13] != 0x00 {
		return p, false
	}
	ip := frame[ether:]
	header := int(ip[0]&0x0f) * 4
	if ip[0]>>4 != 4 || ip[9] != 6 || header < ipMin || len(ip) < header+tcpMin {
		return p, false
	}
	tcp := ip[header:]
	offset := int(tcp[12]>>4) * 4
	p.size = int(binary.BigEndian.Uint16(ip[2:])) - header - offset
	if offset < tcpMin || p.size <= 0 || len(tcp) < offset {
		return p, false
	}
	copy(p.from.ip[:], ip[12:])
	copy(p.to.ip[:], ip[16:])
	p.from.port, p.to.port = binary.BigEndian.Uint16(tcp[0:]), binary.BigEndian.Uint16(tcp[2:])
	p.data = tcp[offset:min(len(tcp), offset+p.size)]
	return p, true
}

// exchange is a request and its answer as seen on the wire.
type exchange struct {
	sent, answered time.Duration // since the epoch; answered is 0 without an answer
}

// exchanges pairs requests with answers. On a connection without pipelining a
// request begins with the first data from the client after an answer, and the
// answer ends with the last data before the next request. Only POSTs are kept:
// a tool may look first whether the server is there.
func exchanges(packets []packet, server uint16) []exchange {
	type connection struct {
		open, post bool // of the exchange in hand
		index      int  // where it is kept, if it is a POST
	}
	var kept []exchange
	connections := map[endpoint]*connection{}
	for _, p := range packets {
		switch server {
		case p.to.port:
			c := connections[p.from]
			if c == nil {
				c = &connection{}
				connections[p.from] = c
			}
			if c.open {
				continue // the rest of the request
			}
			c.open, c.post, c.index = true, bytes.HasPrefix(p.data, []byte("POST ")), len(kept)
			if c.post {
				kept = append(kept, exchange{sent: p.at})
			}
		case p.from.port:
			c := connections[p.to]
			if c == nil {
				continue // the capture began in the middle
			}
			if c.post {
				kept[c.index].answered = p.at
			}
			c.open = false
		}
	}
	return kept
}
