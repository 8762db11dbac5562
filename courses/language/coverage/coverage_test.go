package coverage

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// text counts words parted by spaces; # is a number, a word with ! a term of a trade.
func text(s string, dictionary ...string) *Text {
	var tokens []Token
	for _, word := range strings.Fields(s) {
		bare := strings.TrimSuffix(word, "!")
		tokens = append(tokens, Token{Word: bare, Number: word == "#", Term: bare != word})
	}
	return Count(tokens, func(w string) bool { return slices.Contains(dictionary, w) })
}

// knows is the knowledge of somebody to whom the listed words are worth so much.
func knows(t *Text, values map[string]float64) Knowledge {
	k := make(Knowledge, len(t.Units()))
	for i, unit := range t.Units() {
		k[i] = values[unit]
	}
	return k
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	dictionary := []string{"机", "床", "机床", "数", "控", "我"}
	for _, c := range []struct {
		name, text      string
		knowledge       map[string]float64
		known, expected float64
	}{
		{"running words count, not distinct ones", "我 我 我 床", map[string]float64{"我": 1}, 0.75, 0.75},
		{"numbers are known to everybody", "# # 我 我", nil, 0.5, 0.5},
		{"a word is known from a retrievability of 0.9 on", "我 床", map[string]float64{"我": 0.9, "床": 0.89}, 0.5, 0.895},
		{"a word composed of known words is known, and expected by their product", "机床", map[string]float64{"机": 1, "床": 0.9}, 1, 0.9},
		{"a word with a part that is not known is not", "机床", map[string]float64{"机": 1, "床": 0.5}, 0, 0.5},
		{"a term is never composed", "机床!", map[string]float64{"机": 1, "床": 1}, 0, 0},
		{"compounds of compounds count", "数控机床", map[string]float64{"数": 1, "控": 1, "机床": 1}, 1, 1},
		{"its own memory counts when it is better than its parts'", "机床", map[string]float64{"机": 0.5, "床": 0.5, "机床": 0.6}, 0, 0.6},
		{"a text without words is understood", "", nil, 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			subject := text(c.text, dictionary...)
			known, expected := subject.Measure(knows(subject, c.knowledge))
			if !near(known, c.known) || !near(expected, c.expected) {
				t.Errorf("known %v, expected %v; want %v, %v", known, expected, c.known, c.expected)
			}
		})
	}
}

func near(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }

func TestBand(t *testing.T) {
	t.Parallel()
	for value, want := range map[float64]string{1: Go, 0.95: Go, 0.949: Glosses, 0.9: Glosses, 0.899: Learn, 0.8: Learn, 0.799: Support, 0: Support} {
		if got := Band(value); got != want {
			t.Errorf("%v is %s, want %s", value, got, want)
		}
	}
}

func TestLearn(t *testing.T) {
	t.Parallel()
	t.Run("nothing is to be learnt of what is understood", func(t *testing.T) {
		t.Parallel()
		subject := text("我 我")
		if learn, after := subject.Learn(knows(subject, map[string]float64{"我": 1})); len(learn) != 0 || after != 1 {
			t.Errorf("%v, %v", learn, after)
		}
	})
	t.Run("two parts are learnt for three words that they compose", func(t *testing.T) {
		t.Parallel()
		subject := text("机 床 机床 床机", "机", "床")
		if learn, after := subject.Learn(knows(subject, nil)); len(learn) != 2 || after != 1 {
			t.Errorf("%v, %v", learn, after)
		}
	})
	t.Run("the most frequent word comes first, of equals the first to appear", func(t *testing.T) {
		t.Parallel()
		subject := text("甲 乙 丙 丙 丁 丁")
		learn, _ := subject.Learn(knows(subject, nil))
		if want := []int{2, 3, 0, 1}; !slices.Equal(learn, want) {
			t.Errorf("%v, want %v", learn, want)
		}
	})
	t.Run("it is as small as brute force finds, over random texts of up to 15 words", func(t *testing.T) {
		t.Parallel()
		for seed := range uint64(500) {
			subject, k := random(seed, 15)
			compare(t, seed, subject, k)
		}
	})
}

// compare holds Learn to a search of all subsets.
func compare(t *testing.T, seed uint64, subject *Text, k Knowledge) {
	t.Helper()
	learn, after := subject.Learn(k)
	best := brute(subject, k)
	learnt := slices.Clone(k)
	for _, i := range learn {
		learnt[i] = 1
	}
	covered, _ := subject.Measure(learnt)
	if len(learn) != best || covered < Target || !near(covered, after) {
		t.Errorf("text %d: %d words give %v (said %v); %d would do", seed, len(learn), covered, after, best)
	}
}

// brute is the size of the smallest set of unknown words that reaches the target.
func brute(t *Text, k Knowledge) int {
	var unknown []int
	for i := range t.Words {
		if known, _ := t.Knows(k, i); !known {
			unknown = append(unknown, i)
		}
	}
	best := len(unknown) + 1
	for mask := uint(0); mask < 1<<len(unknown); mask++ {
		n := bits.OnesCount(mask)
		if n >= best {
			continue
		}
		learnt := slices.Clone(k)
		for bit, i := range unknown {
			if mask>>bit&1 == 1 {
				learnt[i] = 1
			}
		}
		if covered, _ := t.Measure(learnt); covered >= Target {
			best = n
		}
	}
	return best
}

// random makes a text of up to so many distinct words, many of which are composed of others, and somebody who knows some.
func random(seed uint64, words int) (*Text, Knowledge) {
	r := rand.New(rand.NewPCG(seed, 1))
	letters := []string{"甲", "乙", "丙", "丁", "戊", "己"}[:2+r.IntN(5)]
	var vocabulary []string
	for range 1 + r.IntN(words) {
		var b strings.Builder
		for range 1 + r.IntN(4) {
			b.WriteString(letters[r.IntN(len(letters))])
		}
		vocabulary = append(vocabulary, b.String())
	}
	var tokens []Token
	for _, word := range vocabulary {
		term := r.IntN(8) == 0
		for range 1 + r.IntN(6) {
			tokens = append(tokens, Token{Word: word, Term: term})
		}
	}
	for range r.IntN(5) {
		tokens = append(tokens, Token{Number: true})
	}
	r.Shuffle(len(tokens), func(i, j int) { tokens[i], tokens[j] = tokens[j], tokens[i] })
	text := Count(tokens, func(string) bool { return true })
	k := make(Knowledge, len(text.Units()))
	for i := range k {
		if r.IntN(4) == 0 {
			k[i] = r.Float64()*0.5 + 0.5
		}
	}
	return text, k
}

func TestLearnOfATranscript(t *testing.T) {
	t.Parallel()
	t.Run("6,000 words are measured and a set chosen in 50 ms", func(t *testing.T) {
		t.Parallel()
		subject, k := transcript()
		best := time.Hour
		for range 5 {
			start := time.Now()
			learn, after := subject.Learn(k)
			best = min(best, time.Since(start))
			if after < Target || len(learn) == 0 {
				t.Fatalf("%d words give %v", len(learn), after)
			}
		}
		t.Logf("%d distinct words: %v", len(subject.Words), best)
		if best > 500*time.Millisecond { // ten times, for machines that are busy with other tests under -race
			t.Errorf("it takes %v", best)
		}
	})
}

// transcript is a text of 30 minutes as a beginner meets it: 6,000 words of 700 kinds, half of them compounds.
func transcript() (*Text, Knowledge) {
	r := rand.New(rand.NewPCG(7, 7))
	var vocabulary []string
	for i := range 700 {
		word := string(rune(0x4e00 + i%350))
		if i >= 350 {
			word += string(rune(0x4e00 + r.IntN(350)))
		}
		vocabulary = append(vocabulary, word)
	}
	tokens := make([]Token, 6000)
	for i := range tokens {
		tokens[i].Word = vocabulary[min(int(r.ExpFloat64()*120), len(vocabulary)-1)]
	}
	text := Count(tokens, func(string) bool { return true })
	k := make(Knowledge, len(text.Units()))
	for i := range k {
		if r.IntN(5) == 0 {
			k[i] = 1
		}
	}
	return text, k
}

func BenchmarkLearn(b *testing.B) {
	subject, k := transcript()
	for b.Loop() {
		subject.Learn(k)
	}
}

func ExampleBand() {
	fmt.Println(Band(0.93))
	// Output: glosses
}
