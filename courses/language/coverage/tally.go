package coverage

// Tally measures like Measure and adds one to lacking, parallel to Words, for each word that is not known. It looks at
// each word once: a class is a thousand learners.
func (t *Text) Tally(k Knowledge, lacking []int32) (known, expected float64) {
	if t.Tokens == 0 {
		return 1, 1
	}
	sum, weighed := t.numbers, float64(t.numbers)
	for i := range t.Words {
		w := &t.Words[i]
		value, knows := k[i], k[i] >= Known
		if !knows {
			for _, split := range w.splits {
				product, all := 1.0, true
				for _, unit := range split {
					product *= k[unit]
					all = all && k[unit] >= Known
				}
				value, knows = max(value, product), knows || all
			}
		} else if len(w.splits) > 0 {
			value = t.value(k, i)
		}
		if knows {
			sum += w.Count
		} else {
			lacking[i]++
		}
		weighed += value * float64(w.Count)
	}
	return float64(sum) / float64(t.Tokens), min(weighed/float64(t.Tokens), 1)
}
