package main

import "slices"

// trie is a double array under construction: see layout.Trie.
type trie struct {
	base, check []int32
	ends        []uint32
	free        int32 // no cell before it is free
}

const root = 1

// newTrie builds the trie of keys, which are distinct, in order and not empty; the number of a key is its place.
func newTrie(keys [][]int32) *trie {
	t := &trie{free: root + 1}
	t.grow(root)
	t.check[root] = root
	t.build(keys, 0, 0, root)
	last := len(t.check)
	for last > 0 && t.check[last-1] == 0 {
		last--
	}
	t.base, t.check, t.ends = t.base[:last], t.check[:last], t.ends[:last]
	return t
}

// build places the children of a node: keys share their first depth letters; first is the number of the first of them.
func (t *trie) build(keys [][]int32, first, depth int, node int32) {
	if len(keys[0]) == depth {
		t.ends[node] = uint32(first) + 1
		keys, first = keys[1:], first+1
	}
	var letters []int32
	var starts []int
	for i, k := range keys {
		if n := len(letters); n == 0 || letters[n-1] != k[depth] {
			letters = append(letters, k[depth])
			starts = append(starts, i)
		}
	}
	if len(letters) == 0 {
		return
	}
	base := t.place(letters)
	t.base[node] = base
	for _, l := range letters {
		t.check[base+l] = node
	}
	for i, l := range letters {
		end := len(keys)
		if i+1 < len(letters) {
			end = starts[i+1]
		}
		t.build(keys[starts[i]:end], first+starts[i], depth+1, base+l)
	}
}

// place finds a base at which the cells of all letters are free.
func (t *trie) place(letters []int32) int32 {
	least := slices.Min(letters)
	for int(t.free) < len(t.check) && t.check[t.free] != 0 {
		t.free++
	}
	for at := max(t.free, least+1); ; at++ {
		base := at - least
		t.grow(base + slices.Max(letters))
		if !slices.ContainsFunc(letters, func(l int32) bool { return t.check[base+l] != 0 }) {
			return base
		}
	}
}

func (t *trie) grow(cell int32) {
	for int(cell) >= len(t.check) {
		t.base, t.check, t.ends = append(t.base, 0), append(t.check, 0), append(t.ends, 0)
	}
}
