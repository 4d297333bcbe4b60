// Package conns keeps the connections of a bundled server: it accepts them with
// patience, counts them, and waits for their clients to leave.
//
// It owns what the three servers need of a listener beyond net's. It does not
// own what is served, nor the order in which a server is drained (servers,
// servers/reference).
package conns
