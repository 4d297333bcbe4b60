package rows

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// A page is unpacked as a whole, by the size and the number of values that its
// header claims. Writers make pages of about 1 MB; a small file may claim
// gigabytes.
const (
	maxPage       = 64 << 20 // bytes
	maxPageValues = 8 << 20
)

// boundedPages looks through the headers of a leaf's pages, before one is unpacked.
func boundedPages(in io.ReaderAt, file *parquet.File, leaf int) error {
	for _, group := range file.Metadata().RowGroups {
		chunk := &group.Columns[leaf].MetaData
		from := chunk.DataPageOffset
		if chunk.DictionaryPageOffset != 0 {
			from = chunk.DictionaryPageOffset
		}
		for end := from + chunk.TotalCompressedSize; from < end; {
			header, length, err := pageHeader(io.NewSectionReader(in, from, end-from))
			if err != nil {
				return fmt.Errorf("is not readable: %w", err)
			}
			if wrong := tooLarge(header); wrong != "" {
				return fmt.Errorf("has a page of %s: write the file again with smaller ones (1 MB is usual)", wrong)
			}
			from += length + int64(header.CompressedPageSize)
		}
	}
	return nil
}

// pageHeader reads a header, and says how long it is.
func pageHeader(in *io.SectionReader) (header format.PageHeader, length int64, err error) {
	const usual = 256 // bytes
	r := bufio.NewReaderSize(in, usual)
	var protocol thrift.CompactProtocol
	if err = thrift.NewDecoder(protocol.NewReader(r)).Decode(&header); err != nil {
		return header, 0, err
	}
	if header.CompressedPageSize < 0 {
		return header, 0, errors.New("a page of negative size")
	}
	at, err := in.Seek(0, io.SeekCurrent)
	return header, at - int64(r.Buffered()), err
}

// tooLarge says what of a page is, if anything.
func tooLarge(h format.PageHeader) string {
	values := int32(0)
	switch {
	case h.DataPageHeader.Valid:
		values = h.DataPageHeader.V.NumValues
	case h.DataPageHeaderV2.Valid:
		values = h.DataPageHeaderV2.V.NumValues
	case h.DictionaryPageHeader.Valid:
		values = h.DictionaryPageHeader.V.NumValues
	}
	switch {
	case max(h.CompressedPageSize, h.UncompressedPageSize) > maxPage:
		return fmt.Sprintf("more than %d MB", maxPage>>20)
	case values > maxPageValues:
		return fmt.Sprintf("more than %d values", maxPageValues)
	}
	return ""
}
