package coverage

import "testing"

func TestTally(t *testing.T) {
	t.Parallel()
	t.Run("it counts what Measure and Knows count, over random texts", func(t *testing.T) {
		t.Parallel()
		for seed := range uint64(500) {
			subject, k := random(seed, 40)
			lacking := make([]int32, len(subject.Words))
			known, expected := subject.Tally(k, lacking)
			if wantKnown, wantExpected := subject.Measure(k); known != wantKnown || expected != wantExpected {
				t.Fatalf("text %d: %v and %v, want %v and %v", seed, known, expected, wantKnown, wantExpected)
			}
			for i := range subject.Words {
				if knows, _ := subject.Knows(k, i); knows == (lacking[i] == 1) {
					t.Errorf("text %d: word %d is known %v, lacking %d", seed, i, knows, lacking[i])
				}
			}
		}
	})
}
