package pdfsignature

import (
	"bytes"
	"encoding/hex"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// located is a signature's dictionary where it stands in the file.
type located struct {
	size int64 // of the file
	// words are the dictionary without the signature's value.
	words []byte
	// first and second are the lengths of the two covered parts, hole the length of what stands between them. They are 0 when the range
	// does not fit the file.
	first, second, hole int64
}

var (
	rangeOf     = regexp.MustCompile(`^/ByteRange\s*\[\s*(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s+(\d{1,12})\s*\]`)
	objectOf    = regexp.MustCompile(`\d{1,10}\s+\d{1,5}\s+obj\b`)
	endOfObject = []byte("endobj")
	signs       = regexp.MustCompile(`/SubFilter\b|/Type\s*/(Sig|DocTimeStamp)\b`)
	beforeValue = regexp.MustCompile(`/Contents\s*$`)
)

// locate reads the dictionary around the place; is is false when nothing there is a signature.
func locate(file io.ReaderAt, size, at int64) (found located, is bool, err error) {
	near, err := piece(file, at, min(size-at, 512))
	if err != nil {
		return found, false, err
	}
	if said := rangeOf.FindSubmatch(near); said != nil {
		found, is, err = ranged(file, size, at, said)
		if is || err != nil {
			return found, is, err
		}
	}
	words, _, err := dictionary(file, size, at, at, at)
	return located{size: size, words: words}, err == nil && signs.Match(words), err
}

// ranged is the signature whose range fits the file and leaves out its own value only.
func ranged(file io.ReaderAt, size, at int64, said [][]byte) (found located, is bool, err error) {
	found.size = size
	if found.first, found.second, found.hole = fitting(said, size); found.hole == 0 {
		return found, false, nil
	}
	var same bool
	found.words, same, err = dictionary(file, size, at, found.first, found.first+found.hole)
	if err != nil || !same || !signs.Match(found.words) {
		return found, false, err
	}
	is, err = found.holeIsValue(file)
	return found, is, err
}

// fitting answers the range's parts if it begins with the file and leaves out one piece of it; 0 otherwise.
func fitting(said [][]byte, size int64) (first, second, hole int64) {
	var numbers [4]int64
	for i := range numbers {
		numbers[i], _ = strconv.ParseInt(string(said[i+1]), 10, 64) // at most twelve digits
	}
	first, second, hole = numbers[1], numbers[3], numbers[2]-numbers[1]
	if numbers[0] != 0 || first == 0 || hole < 2 || hole > mostValue || numbers[2]+second > size {
		return 0, 0, 0
	}
	return first, second, hole
}

// dictionary is the object that holds the place, without what stands between the two ends of its value. same is false when the place and
// the value stand in different objects.
func dictionary(file io.ReaderAt, size, place, valueFrom, valueTo int64) (words []byte, same bool, err error) {
	begin := max(0, valueFrom-around)
	before, err := piece(file, begin, valueFrom-begin)
	if err != nil {
		return nil, false, err
	}
	if objects := objectOf.FindAllIndex(before, -1); len(objects) > 0 {
		start := objects[len(objects)-1][1]
		begin, before = begin+int64(start), before[start:]
	}
	after, err := piece(file, valueTo, min(around, size-valueTo))
	if err != nil {
		return nil, false, err
	}
	if end := bytes.Index(after, endOfObject); end >= 0 {
		after = after[:end]
	}
	return bytes.Join([][]byte{before, after}, []byte(" ")), begin <= place && place <= valueTo+int64(len(after)), nil
}

// holeIsValue judges that what the range leaves out is the value of this dictionary and nothing else.
func (l located) holeIsValue(file io.ReaderAt) (bool, error) {
	before, err := piece(file, max(0, l.first-64), min(64, l.first))
	if err != nil || !beforeValue.Match(before) {
		return false, err
	}
	edges, err := piece(file, l.first, l.hole)
	if err != nil {
		return false, err
	}
	return edges[0] == '<' && edges[len(edges)-1] == '>' && !bytes.ContainsAny(edges[1:len(edges)-1], "<>()/[]"), nil
}

// value is the signature as the dictionary holds it, with the zeros that fill up its place.
func (l located) value(file io.ReaderAt) ([]byte, error) {
	text, err := piece(file, l.first+1, l.hole-2)
	if err != nil {
		return nil, err
	}
	text = bytes.Map(withoutSpace, text)
	if len(text)%2 == 1 {
		text = append(text, '0')
	}
	value := make([]byte, hex.DecodedLen(len(text)))
	if _, err := hex.Decode(value, text); err != nil {
		return nil, nil //nolint:nilerr // no hexadecimal: there is no value
	}
	return value, nil
}

func withoutSpace(letter rune) rune {
	if letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t' || letter == '\f' || letter == 0 {
		return -1
	}
	return letter
}

// covered reads the covered bytes.
func (l located) covered(file io.ReaderAt) io.Reader {
	return io.MultiReader(io.NewSectionReader(file, 0, l.first), io.NewSectionReader(file, l.first+l.hole, l.second))
}

// added counts the bytes that stand after what is covered; line ends at the very end count for nothing.
func (l located) added(file io.ReaderAt) (int64, error) {
	rest := l.size - l.first - l.hole - l.second
	if rest <= 0 || rest > 8 {
		return max(rest, 0), nil
	}
	last, err := piece(file, l.size-rest, rest)
	if err != nil || len(bytes.TrimSpace(last)) > 0 {
		return rest, err
	}
	return 0, nil
}

var (
	kindOf   = regexp.MustCompile(`/SubFilter\s*/([A-Za-z0-9._-]{1,64})`)
	claimsAt = regexp.MustCompile(`/M\s*\(D:(\d{14})(Z|[+-]\d{2}'?\d{0,2})?`)
)

func (l located) kind() string {
	if said := kindOf.FindSubmatch(l.words); said != nil {
		return string(said[1])
	}
	return ""
}

// claimedTime is when the signer's computer says it was; zero when it does not say.
func (l located) claimedTime() time.Time {
	said := claimsAt.FindSubmatch(l.words)
	if said == nil {
		return time.Time{}
	}
	zone := strings.ReplaceAll(string(said[2]), "'", "")
	switch {
	case zone == "" || zone == "Z":
		zone = "+0000"
	case len(zone) == 3:
		zone += "00"
	}
	at, err := time.Parse("20060102150405-0700", string(said[1])+zone)
	if err != nil {
		return time.Time{}
	}
	return at
}
