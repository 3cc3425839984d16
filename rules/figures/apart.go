package figures

// Apart is how far n and o lie apart, whichever is more.
func (n Number) Apart(o Number) Number {
	if n.Compare(o) < 0 {
		n, o = o, n
	}
	return Number{n.tenThousandths - o.tenThousandths}
}
