package lexicon

// Trie is all entries by their letters: see layout.Trie. Walk it from Root with Next and ask with End.
type Trie struct {
	low   []uint16 // codes of the basic plane; 0 = in no word
	high  map[rune]uint16
	cells []cell
	ends  []uint32
}

type cell struct{ base, check int32 }

// Nodes of the trie.
const (
	None int32 = 0
	Root int32 = 1
)

func newTrie(codes, cells, ends []uint32) Trie {
	t := Trie{low: make([]uint16, 1<<16), high: map[rune]uint16{}, cells: make([]cell, len(cells)/2), ends: ends}
	for i, r := range codes {
		if r < 1<<16 {
			t.low[r] = uint16(i + 1)
		} else {
			t.high[rune(r)] = uint16(i + 1)
		}
	}
	for i := range t.cells {
		t.cells[i] = cell{int32(cells[2*i]), int32(cells[2*i+1])}
	}
	return t
}

// Code is the number of a letter; 0 when no entry has it.
func (t *Trie) Code(r rune) int32 {
	if uint32(r) < 1<<16 {
		return int32(t.low[r])
	}
	return int32(t.high[r])
}

// Next is the node a letter leads to from another node, or None.
func (t *Trie) Next(node, code int32) int32 {
	to := t.cells[node].base + code
	if code == 0 || uint(to) >= uint(len(t.cells)) || t.cells[to].check != node {
		return None
	}
	return to
}

// End is the entry that ends at a node.
func (t *Trie) End(node int32) (ID, bool) {
	end := t.ends[node]
	return ID(end) - 1, end != 0
}
