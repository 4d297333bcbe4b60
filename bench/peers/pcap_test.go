package main

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
	"time"
)

const serverPort = 9000

// frame makes an Ethernet frame of a TCP segment, cut to what snaplen keeps.
func frame(from, to uint16, data string, snaplen int) []byte {
	b := make([]byte, 14+20+32) // TCP with 12 bytes of options, as Linux sends
	b[12] = 0x08
	ip := b[14:]
	ip[0], ip[9] = 0x45, 6
	binary.BigEndian.PutUint16(ip[2:], uint16(20+32+len(data)))
	copy(ip[12:], []byte{127, 0, 0, 1, 127, 0, 0, 1})
	tcp := ip[20:]
	binary.BigEndian.PutUint16(tcp[0:], from)
	binary.BigEndian.PutUint16(tcp[2:], to)
	tcp[12] = 8 << 4
	b = append(b, data...)
	return b[:min(len(b), snaplen)]
}

type captured struct {
	at    time.Duration
	frame []byte
}

func pcap(order binary.ByteOrder, magic uint32, unit time.Duration, packets []captured) []byte {
	head := make([]byte, 24)
	order.PutUint32(head, magic)
	order.PutUint32(head[20:], linkEthernet)
	b := bytes.NewBuffer(head)
	for _, p := range packets {
		record := make([]byte, 16)
		order.PutUint32(record[0:], uint32(p.at/time.Second))
		order.PutUint32(record[4:], uint32(p.at%time.Second/unit))
		order.PutUint32(record[8:], uint32(len(p.frame)))
		b.Write(record)
		b.Write(p.frame)
	}
	return b.Bytes()
}

func TestExchanges(t *testing.T) {
	const us = time.Microsecond
	capture := []captured{
		{10 * us, frame(1, serverPort, "GET /health", 96)}, // no POST: a look whether the server is there
		{20 * us, frame(serverPort, 1, "HTTP/1.1 200 OK", 96)},
		{30 * us, frame(1, serverPort, "POST /predict HTTP/1.1 and a long header", 96)},
		{31 * us, frame(2, serverPort, "POST /predict", 96)}, // another connection, overlapping
		{32 * us, frame(1, serverPort, "POST in the body", 96)},
		{40 * us, frame(serverPort, 1, "", 96)}, // only an acknowledgement
		{50 * us, frame(serverPort, 1, "HTTP/1.1 200 OK", 96)},
		{60 * us, frame(serverPort, 1, "the rest of it", 96)},
		{70 * us, frame(serverPort, 2, "HTTP/1.1 200 OK", 96)},
		{80 * us, frame(1, serverPort, "POST /predict", 96)}, // no answer
	}
	want := []exchange{{30 * us, 60 * us}, {31 * us, 70 * us}, {80 * us, 0}}
	for _, format := range []struct {
		order binary.ByteOrder
		magic uint32
		unit  time.Duration
	}{
		{binary.LittleEndian, magicNano, time.Nanosecond},
		{binary.BigEndian, magicNano, time.Nanosecond},
		{binary.LittleEndian, magicMicro, time.Microsecond},
	} {
		packets, err := readPcap(bytes.NewReader(pcap(format.order, format.magic, format.unit, capture)))
		if err != nil {
			t.Fatal(err)
		}
		if got := exchanges(packets, serverPort); !slices.Equal(got, want) {
			t.Errorf("%v %x: got %v, want %v", format.order, format.magic, got, want)
		}
	}
}

func TestReadPcapRefuses(t *testing.T) {
	whole := pcap(binary.LittleEndian, magicNano, 1, []captured{{1, frame(1, 2, "data", 96)}})
	otherLink := bytes.Clone(whole)
	otherLink[20] = 113
	huge := bytes.Clone(whole)
	huge[24+8+3] = 0x7f
	for name, b := range map[string][]byte{
		"empty": nil, "no pcap": bytes.Repeat([]byte("x"), 50), "cut in a packet": whole[:len(whole)-1],
		"cut in a record": whole[:24+7], "another link type": otherLink, "huge packet": huge,
	} {
		if _, err := readPcap(bytes.NewReader(b)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzReadPcap(f *testing.F) {
	f.Add(pcap(binary.LittleEndian, magicNano, 1, []captured{{1, frame(1, 2, "POST /", 96)}}))
	f.Fuzz(func(t *testing.T, b []byte) {
		packets, err := readPcap(bytes.NewReader(b))
		if err != nil {
			return
		}
		for _, p := range packets {
			if p.size <= 0 || len(p.data) > p.size {
				t.Fatalf("packet %+v", p)
			}
		}
		exchanges(packets, 2)
	})
}
