package content

import "strings"

// French sets a narrow no-break space before ? ! ; and a no-break space before : and inside « ». The files are written
// with plain spaces, which every editor shows, and are set right here.
var french = strings.NewReplacer(" ?", "\u202f?", " !", "\u202f!", " ;", "\u202f;", " :", "\u00a0:", "« ", "«\u00a0", " »", "\u00a0»")

// polishFrench leaves lines of Markdown tables alone, whose :--- would be taken for punctuation.
func polishFrench(s *string) {
	lines := strings.Split(*s, "\n")
	for i, l := range lines {
		if !strings.HasPrefix(l, "|--") {
			lines[i] = french.Replace(l)
		}
	}
	*s = strings.Join(lines, "\n")
}

func (c *Course) polish() {
	for _, t := range []*Text{&c.Title, &c.Summary, &c.Description} {
		polishFrench(&t.Fr)
	}
	if c.Run != nil {
		polishFrench(&c.Run.Title.Fr)
	}
	for i := range c.Units {
		polishFrench(&c.Units[i].Title.Fr)
	}
}

func (l *Lesson) polish() {
	for _, s := range []*string{&l.Title.Fr, &l.Summary.Fr, &l.Tip.Fr, &l.Reading.Fr} {
		polishFrench(s)
	}
	for i := range l.Terms {
		polishFrench(&l.Terms[i].Fr)
	}
	for i := range l.Lines {
		polishFrench(&l.Lines[i].Fr)
	}
	for i := range l.Practice {
		polishFrench(&l.Practice[i].Alt.Fr)
		for k := range l.Practice[i].Procedure {
			polishFrench(&l.Practice[i].Procedure[k].Fr)
		}
	}
	if l.Task == nil {
		return
	}
	polishFrench(&l.Task.Description.Fr)
	for _, list := range [][]Text{l.Task.Decoys, l.Task.Checklist, l.Task.CanDo} {
		for i := range list {
			polishFrench(&list[i].Fr)
		}
	}
}
