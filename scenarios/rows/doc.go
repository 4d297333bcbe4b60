// Package rows reads the rows of data files as JSON.
//
//	CSV, JSON, Parquet ─► Open (columns) ─► Scan (every row once) ─► Sample ─► []Row
//
// A file is streamed, never held: what is kept is the sample. It owns how a
// file's cells become JSON values, and which rows are taken. It does not own what
// they are used for, nor the position of a mistake in a scenario (scenarios).
package rows
