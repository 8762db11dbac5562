package coverage

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// exactWords is how many words that depend on each other are searched exhaustively; more are chosen greedily.
const exactWords = 15

// problem is the choice of words to learn: candidates are the unknown words of a text, and a candidate also becomes
// known when all the words of one of its needs are learnt, as it is composed of them and of known ones.
type problem struct {
	words  []int // by candidate: index of the word in the text, so candidates are in the order of first appearance
	counts []int
	needs  [][][]int // by candidate: alternatives, each a set of candidates
	helps  [][]int   // by candidate: those in whose needs it is
}

// Learn returns the smallest set of words, as indexes into Words, whose learning lifts the coverage to Target, ordered
// by what helps soonest; and the coverage once they are learnt. Nothing when the target is met. The set is the smallest
// there is as long as no more than 15 missing words hang together by composition; beyond that it is chosen greedily
// and what turns out to be needless is dropped.
func (t *Text) Learn(k Knowledge) (learn []int, after float64) {
	covered, _ := t.Measure(k)
	if covered >= Target {
		return nil, covered
	}
	p, known := t.problem(k)
	need := int(math.Ceil(Target*float64(t.Tokens)-1e-9)) - known
	chosen := p.prune(p.choose(need), need)
	ordered := p.order(chosen)
	for _, c := range ordered {
		learn = append(learn, p.words[c])
	}
	return learn, float64(known+p.gain(chosen)) / float64(t.Tokens)
}

// problem lists the unknown words and counts the known tokens.
func (t *Text) problem(k Knowledge) (problem, int) {
	var p problem
	known := t.numbers
	candidate := make(map[int32]int)
	for i, w := range t.Words {
		if knows, _ := t.Knows(k, i); knows {
			known += w.Count
			continue
		}
		candidate[int32(i)] = len(p.words)
		p.words, p.counts = append(p.words, i), append(p.counts, w.Count)
	}
	p.needs, p.helps = make([][][]int, len(p.words)), make([][]int, len(p.words))
	for c, i := range p.words {
		for _, split := range t.Words[i].splits {
			if need, possible := missing(k, split, candidate); possible {
				p.needs[c] = append(p.needs[c], need)
			}
		}
		for _, need := range p.needs[c] {
			for _, part := range need {
				if !slices.Contains(p.helps[part], c) {
					p.helps[part] = append(p.helps[part], c)
				}
			}
		}
	}
	return p, known
}

// missing returns the candidates that a split lacks; impossible when it lacks a word that the text does not teach. A
// part that is known as composed of others needs no place here: the split with those others in its place is another.
func missing(k Knowledge, split []int32, candidate map[int32]int) ([]int, bool) {
	var need []int
	for _, unit := range split {
		if k[unit] >= Known {
			continue
		}
		c, teachable := candidate[unit]
		if !teachable {
			return nil, false
		}
		if !slices.Contains(need, c) {
			need = append(need, c)
		}
	}
	slices.Sort(need)
	return need, true
}

// learnt reports whether a candidate is known once those in the set are learnt.
func (p problem) learnt(c int, in []bool) bool {
	return in[c] || slices.ContainsFunc(p.needs[c], func(need []int) bool {
		return !slices.ContainsFunc(need, func(part int) bool { return !in[part] })
	})
}

// gain is how many tokens become known by learning a set.
func (p problem) gain(set []int) int {
	in := p.members(set)
	sum := 0
	for c, count := range p.counts {
		if p.learnt(c, in) {
			sum += count
		}
	}
	return sum
}

func (p problem) members(set []int) []bool {
	in := make([]bool, len(p.words))
	for _, c := range set {
		in[c] = true
	}
	return in
}

// groups parts the candidates into those that hang together by composition.
func (p problem) groups() [][]int {
	seen := make([]bool, len(p.words))
	var groups [][]int
	for first := range p.words {
		if seen[first] {
			continue
		}
		seen[first] = true
		group := []int{first}
		for i := 0; i < len(group); i++ {
			near := slices.Clone(p.helps[group[i]])
			for _, need := range p.needs[group[i]] {
				near = append(near, need...)
			}
			for _, c := range near {
				if !seen[c] {
					seen[c] = true
					group = append(group, c)
				}
			}
		}
		slices.Sort(group)
		groups = append(groups, group)
	}
	return groups
}

// option is the best choice of so many words, its length, of a group.
type option struct {
	gain int
	set  []int
}

// layer is a group in the sum over groups: its options, and for each number of words how many of them are the group's.
type layer struct {
	options []option
	own     []int
}

// choose picks a smallest set that gains as much as needed, and of those one that gains most: the best of each group for
// each number of words, then the best sum over the groups.
func (p problem) choose(need int) []int {
	gains := []int{0} // by number of words, over the groups so far
	var layers []layer
	var singles []int // words that stand alone: the most frequent ones are always their best choice
	for _, group := range p.groups() {
		if len(group) == 1 {
			singles = append(singles, group[0])
			continue
		}
		next := layer{options: p.greedy(group)}
		if len(group) <= exactWords {
			next.options = p.exact(group)
		}
		gains, next.own = combine(gains, next.options)
		layers = append(layers, next)
	}
	slices.SortStableFunc(singles, func(a, b int) int { return cmp.Compare(p.counts[b], p.counts[a]) })
	grouped, single := p.cheapest(gains, singles, need)
	chosen := slices.Clone(singles[:single])
	for i := len(layers) - 1; i >= 0; i-- {
		own := layers[i].own[grouped]
		chosen = append(chosen, layers[i].options[own].set...)
		grouped -= own
	}
	return chosen
}

// cheapest is how many words of groups and how many single ones meet the need with the fewest in all.
func (p problem) cheapest(gains, singles []int, need int) (grouped, single int) {
	prefix := make([]int, len(singles)+1)
	for i, c := range singles {
		prefix[i+1] = prefix[i] + p.counts[c]
	}
	size, gained := math.MaxInt, 0
	for n, gain := range gains {
		more, _ := slices.BinarySearch(prefix, need-gain)
		if more == len(prefix) {
			continue
		}
		if total := gain + prefix[more]; n+more < size || n+more == size && total > gained {
			size, gained, grouped, single = n+more, total, n, more
		}
	}
	return grouped, single
}

// combine adds the options of a group to the best gains so far, and says how many words of each sum are the group's.
func combine(gains []int, options []option) (sums, own []int) {
	sums, own = make([]int, len(gains)+len(options)-1), make([]int, len(gains)+len(options)-1)
	for i, gain := range gains {
		for j, o := range options {
			if sum := gain + o.gain; sum > sums[i+j] {
				sums[i+j], own[i+j] = sum, j
			}
		}
	}
	return sums, own
}

// exact tries every subset of a group.
func (p problem) exact(group []int) []option {
	at := map[int]int{}
	for i, c := range group {
		at[c] = i
	}
	needs := make([][]uint, len(group))
	for i, c := range group {
		for _, need := range p.needs[c] {
			var mask uint
			for _, part := range need {
				mask |= 1 << at[part]
			}
			needs[i] = append(needs[i], mask)
		}
	}
	best, masks := make([]int, len(group)+1), make([]uint, len(group)+1)
	for mask := uint(1); mask < 1<<len(group); mask++ {
		gain := 0
		for i, c := range group {
			if mask>>i&1 == 1 || slices.ContainsFunc(needs[i], func(need uint) bool { return need&^mask == 0 }) {
				gain += p.counts[c]
			}
		}
		if n := bits.OnesCount(mask); gain > best[n] {
			best[n], masks[n] = gain, mask
		}
	}
	options := make([]option, len(group)+1)
	for n := range options {
		options[n].gain = best[n]
		for i, c := range group {
			if masks[n]>>i&1 == 1 {
				options[n].set = append(options[n].set, c)
			}
		}
	}
	return options
}

// greedy takes, again and again, the word that gains most.
func (p problem) greedy(group []int) []option {
	in := make([]bool, len(p.words))
	options := []option{{}}
	for range group {
		c, gain := p.next(group, in)
		in[c] = true
		last := options[len(options)-1]
		// The sets share one array: each is a beginning of the next.
		options = append(options, option{gain: last.gain + gain, set: append(last.set, c)})
	}
	return options
}

// next finds the word of a group that gains most when it joins those that are in; the first to appear of equals.
func (p problem) next(group []int, in []bool) (best, gain int) {
	best, gain = -1, -1
	for _, c := range group {
		if in[c] {
			continue
		}
		if g := p.marginal(c, in); g > gain {
			best, gain = c, g
		}
	}
	return best, gain
}

// marginal is what learning a word adds: its own tokens unless they are known by its parts, and those of the words that
// it completes.
func (p problem) marginal(c int, in []bool) int {
	gain := 0
	if !p.learnt(c, in) {
		gain = p.counts[c]
	}
	for _, whole := range p.helps[c] {
		if p.learnt(whole, in) {
			continue
		}
		in[c] = true
		if p.learnt(whole, in) {
			gain += p.counts[whole]
		}
		in[c] = false
	}
	return gain
}

// prune drops words without which the need is met too, those of least use first.
func (p problem) prune(set []int, need int) []int {
	order := p.order(set)
	kept := slices.Clone(order)
	spare := p.gain(kept) - need
	for i := len(order) - 1; i >= 0; i-- {
		if p.counts[order[i]] > spare && len(p.needs[order[i]]) == 0 {
			continue // its own tokens alone are needed
		}
		without := slices.DeleteFunc(slices.Clone(kept), func(c int) bool { return c == order[i] })
		if gain := p.gain(without); gain >= need {
			kept, spare = without, gain-need
		}
	}
	return kept
}

// order puts first what helps soonest.
func (p problem) order(set []int) []int {
	rest := slices.Sorted(slices.Values(set))
	in := make([]bool, len(p.words))
	ordered := make([]int, 0, len(set))
	for range rest {
		c, _ := p.next(rest, in)
		in[c] = true
		ordered = append(ordered, c)
	}
	return ordered
}
