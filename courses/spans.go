package courses

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// spans is a set of seconds: disjoint [from, to) in ascending order, none touching the next. In Postgres it is an
// int4multirange, in JSON [[0,12],[30,41]].
type spans [][2]int

// maxSecond bounds what is sent; lengths cut it further.
const maxSecond = 1_000_000

// newSpans makes a set of ranges in any order, overlapping or not; what lies below 0 or is empty is left out. ok is
// false when a range ends before it begins.
func newSpans(ranges [][2]int) (set spans, ok bool) {
	set = make(spans, 0, len(ranges))
	for _, r := range ranges {
		if r[1] < r[0] {
			return nil, false
		}
		from, to := max(0, r[0]), min(maxSecond, r[1])
		if from < to {
			set = append(set, [2]int{from, to})
		}
	}
	return set.joined(), true
}

// joined sorts the ranges and joins those that overlap or touch. It works in place.
func (s spans) joined() spans {
	slices.SortFunc(s, func(a, b [2]int) int { return cmp.Compare(a[0], b[0]) })
	n := 0
	for _, r := range s {
		if n > 0 && r[0] <= s[n-1][1] {
			s[n-1][1] = max(s[n-1][1], r[1])
			continue
		}
		s[n] = r
		n++
	}
	return s[:n]
}

// union returns the seconds that are in either set.
func (s spans) union(t spans) spans {
	if len(t) == 0 {
		return s
	}
	return slices.Concat(s, t).joined()
}

// seconds counts those below length.
func (s spans) seconds(length int) int {
	n := 0
	for _, r := range s {
		n += max(0, min(length, r[1])-r[0])
	}
	return n
}

// String is the set as Postgres writes a multirange: {[0,12),[30,41)}.
func (s spans) String() string {
	b := make([]byte, 0, 2+14*len(s))
	b = append(b, '{')
	for i, r := range s {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(append(b, '['), int64(r[0]), 10)
		b = strconv.AppendInt(append(b, ','), int64(r[1]), 10)
		b = append(b, ')')
	}
	return string(append(b, '}'))
}

// Scan reads a multirange that a query has cast to text; NULL is the empty set. What it read before stays as it is.
func (s *spans) Scan(src any) error {
	text, ok := src.(string)
	if !ok && src != nil {
		return fmt.Errorf("courses: %T is no multirange", src)
	}
	read, err := parseSpans(text)
	*s = read
	return err
}

// parseSpans reads what String writes; an empty text is the empty set.
func parseSpans(text string) (spans, error) {
	var s spans
	text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
	for text != "" {
		var r [2]int
		one, rest, _ := strings.Cut(text, ")")
		from, to, found := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(one, ","), "["), ",")
		var err1, err2 error
		r[0], err1 = strconv.Atoi(from)
		r[1], err2 = strconv.Atoi(to)
		if !found || err1 != nil || err2 != nil {
			return nil, fmt.Errorf("courses: %q is no range of a multirange", one)
		}
		s, text = append(s, r), rest
	}
	return s, nil
}
