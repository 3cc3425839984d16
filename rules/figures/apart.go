package figures

import "math/big"

// Apart is how far n and o lie apart, whichever is more.
func (n Number) Apart(o Number) Number {
	if n.Compare(o) < 0 {
		n, o = o, n
	}
	return Number{n.tenThousandths - o.tenThousandths}
}

// Further tells whether n lies further from o than so many percent of o. Every other number lies further from 0.
func (n Number) Further(o Number, percent int32) bool {
	apart := new(big.Int).Mul(big.NewInt(n.Apart(o).tenThousandths), big.NewInt(100))
	return apart.Cmp(new(big.Int).Mul(big.NewInt(o.tenThousandths), big.NewInt(int64(percent)))) > 0
}
