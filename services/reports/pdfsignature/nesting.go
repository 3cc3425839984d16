package pdfsignature

const (
	mostDepth    = 40
	mostElements = 200_000
)

// nested answers the value without what fills up its place, if it is so nested and so large that a decoder, which works by recursion and
// keeps every element, comes to an end. Lengths that are not told (BER) are let pass in small values only: looking for their ends costs
// the square of the size.
func nested(value []byte) ([]byte, bool) {
	var ends []int // where the open elements end; -1 = untold
	at, indefinite := 0, false
	for elements := 0; elements < mostElements; elements++ {
		for len(ends) > 0 && ends[len(ends)-1] == at {
			ends = ends[:len(ends)-1]
		}
		if len(ends) > 0 && ends[len(ends)-1] == -1 && at+2 <= len(value) && value[at] == 0 && value[at+1] == 0 {
			ends, at = ends[:len(ends)-1], at+2
		}
		for len(ends) > 0 && ends[len(ends)-1] == at {
			ends = ends[:len(ends)-1]
		}
		if len(ends) == 0 && elements > 0 {
			return value[:at], !indefinite || at <= mostIndefinite
		}
		if len(ends) > 0 && ends[len(ends)-1] == -1 && at+2 <= len(value) && value[at] == 0 && value[at+1] == 0 {
			continue
		}
		head, length, ok := elementAt(value, at)
		if !ok || len(ends) == mostDepth {
			return nil, false
		}
		constructed, body := value[at]&0x20 != 0, at+head
		end := body + length
		if length < 0 {
			indefinite, end = true, -1
		}
		if length < 0 && !constructed || end > len(value) || len(ends) > 0 && ends[len(ends)-1] >= 0 && end > ends[len(ends)-1] {
			return nil, false
		}
		if constructed {
			ends, at = append(ends, end), body
		} else {
			at = end
		}
	}
	return nil, false
}

// elementAt reads tag and length: the size of both, and of what follows; -1 = untold.
func elementAt(value []byte, at int) (head, length int, ok bool) {
	if at+2 > len(value) || value[at]&0x1f == 0x1f {
		return 0, 0, false
	}
	first := int(value[at+1])
	if first == 0x80 {
		return 2, -1, true
	}
	if first < 0x80 {
		return 2, first, true
	}
	count := first & 0x7f
	if count > 4 || at+2+count > len(value) {
		return 0, 0, false
	}
	for _, one := range value[at+2 : at+2+count] {
		length = length<<8 | int(one)
	}
	return 2 + count, length, true
}
