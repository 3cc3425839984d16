// Package pdfsignature reads the electronic signatures of a PDF file and tells of each who signed, when, which part of the file, and
// whether it still holds.
//
// A signature covers bytes of the file, not what a PDF program makes of them, and its dictionary stands in the file in the clear, since the
// covered bytes are everything but its own value. So the file is searched, never decoded: no object stream is unpacked, no reference
// followed, and what a file costs grows with its size alone. A signature that says to cover a range of its own choice holds nothing: the
// only hole that is let pass is the signature's own value, and the range begins with the file's first byte.
package pdfsignature

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// What a file is refused for as a whole.
var (
	// ErrNotPDF is a file that does not begin as a PDF does.
	ErrNotPDF = errors.New("not a PDF file")
	// ErrTruncated is a PDF whose end is missing.
	ErrTruncated = errors.New("the end of the PDF file is missing")
	// ErrEncrypted is a PDF that needs a password.
	ErrEncrypted = errors.New("the PDF file is encrypted")
)

const (
	// MostSignatures bounds how many signatures of one file are verified.
	MostSignatures = 20
	// mostCandidates bounds the places that are looked at; beyond them the file is hostile.
	mostCandidates = 500
	// around is how far from its range the rest of a signature's dictionary may stand.
	around = 64 << 10
	// mostValue bounds a signature's value in hexadecimal: 4 MB of certificates and revocation lists.
	mostValue = 8 << 20
	// window is how much of the file is in memory while it is searched.
	window = 1 << 20
)

// Document is what a PDF file says of its signatures, in the order in which they stand in the file.
type Document struct {
	Signatures []Signature
	// Further counts places that look like signatures and were not read, because the file has too many.
	Further int
}

// Read finds and verifies the signatures of a PDF file of so many bytes. Errors: ErrNotPDF, ErrTruncated, ErrEncrypted, the context's, or
// what the reader failed with. A signature that does not hold or cannot be read is no error: its Fault tells why.
func Read(ctx context.Context, file io.ReaderAt, size int64) (Document, error) {
	if err := whole(file, size); err != nil {
		return Document{}, err
	}
	var found Document
	places, encrypted, err := search(ctx, file, size)
	if err != nil {
		return found, err
	}
	if encrypted {
		return found, ErrEncrypted
	}
	for i, at := range places {
		if err := ctx.Err(); err != nil {
			return found, err
		}
		if len(found.Signatures) == MostSignatures {
			found.Further = len(places) - i
			break
		}
		one, is, err := locate(file, size, at)
		if err != nil {
			return found, err
		}
		if !is {
			continue
		}
		signature, err := one.verify(ctx, file)
		if err != nil {
			return found, err
		}
		found.Signatures = append(found.Signatures, signature)
	}
	found.tellCovering()
	return found, nil
}

// tellCovering tells of each signature that something was added after it whether a later one that holds covers the addition too.
func (d *Document) tellCovering() {
	for i := range d.Signatures {
		for k := range d.Signatures {
			if d.Signatures[i].Added > 0 && d.Signatures[k].Integrity == Intact && d.Signatures[k].Added == 0 {
				d.Signatures[i].AddedCoveredBy = k + 1
			}
		}
	}
}

var (
	header   = []byte("%PDF-")
	ending   = []byte("%%EOF")
	startOf  = regexp.MustCompile(`startxref\s+(\d{1,12})\s`)
	endSpace = int64(1024) // as far as programs look for the header and the end
)

// whole judges that the file begins and ends as a PDF does and that its last table stands inside it.
func whole(file io.ReaderAt, size int64) error {
	head, err := piece(file, 0, min(size, endSpace))
	if err != nil {
		return err
	}
	if !bytes.Contains(head, header) {
		return ErrNotPDF
	}
	tail, err := piece(file, max(0, size-2*endSpace), min(size, 2*endSpace))
	if err != nil {
		return err
	}
	starts := startOf.FindAllSubmatch(tail, -1)
	if !bytes.Contains(tail, ending) || len(starts) == 0 {
		return ErrTruncated
	}
	if at, err := strconv.ParseInt(string(starts[len(starts)-1][1]), 10, 64); err != nil || at >= size {
		return ErrTruncated
	}
	return nil
}

func piece(file io.ReaderAt, from, length int64) ([]byte, error) {
	content := make([]byte, length)
	if _, err := io.ReadFull(io.NewSectionReader(file, from, length), content); err != nil {
		return nil, fmt.Errorf("read %d bytes of a PDF from %d on: %w", length, from, err)
	}
	return content, nil
}

var (
	byteRange = []byte("/ByteRange")
	encrypt   = regexp.MustCompile(`/Encrypt\s*(\d{1,10}\s+\d{1,5}\s+R|<<)`)
)

// search answers where byte ranges are spoken of, and whether a trailer names a password.
func search(ctx context.Context, file io.ReaderAt, size int64) (places []int64, encrypted bool, err error) {
	const overlap = 64
	buffer := make([]byte, window)
	for from := int64(0); from < size; from += window - overlap {
		if err := ctx.Err(); err != nil {
			return nil, false, err
		}
		part := buffer[:min(window, size-from)]
		if _, err := io.ReadFull(io.NewSectionReader(file, from, int64(len(part))), part); err != nil {
			return nil, false, fmt.Errorf("search a PDF from %d on: %w", from, err)
		}
		encrypted = encrypted || encrypt.Match(part)
		for at := 0; ; at++ {
			next := bytes.Index(part[at:], byteRange)
			if next < 0 {
				break
			}
			at += next
			if place := from + int64(at); len(places) == 0 || place > places[len(places)-1] {
				places = append(places, place)
			}
			if len(places) == mostCandidates {
				return places, encrypted, nil
			}
		}
	}
	return places, encrypted, nil
}
