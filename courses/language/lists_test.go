package language

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// files are a list of levels, the first is level 1, each as one text.
func listFiles(texts ...string) (files []ListFile) {
	for i, text := range texts {
		files = append(files, ListFile{Name: "words", Level: i + 1, Data: []byte(text)})
	}
	return files
}

// install imports a list as the administrator.
func (w *world) install(id string, texts ...string) ListReport {
	w.Helper()
	version := 0
	for _, l := range must(w.Lists(w.Context(), w.admin))(w) {
		if l.ID == id {
			version = l.Version
		}
	}
	return must(w.ImportList(w.Context(), w.admin, id, ListImport{Name: "List " + id, Version: version, Files: listFiles(texts...), Apply: true}))(w)
}

func TestImportList(t *testing.T) {
	t.Run("a list is shown with its exact counts before it is imported, and nothing changes by that", func(t *testing.T) {
		w := setup(t)
		r := must(w.ImportList(w.Context(), w.admin, "gf2021", ListImport{Name: "GF0025-2021", Files: listFiles("请\n检查\n检查", "机床\n啊啊啊啊\nx")}))(w)
		if r.Applied || r.Levels[0].Words != 2 || r.Levels[1].Words != 2 || r.ProblemCount != 2 || r.Added != 4 || r.UnknownCount != 1 || r.Unknown[0] != "啊啊啊啊" {
			t.Errorf("report %+v", r)
		}
		if lists := must(w.Lists(w.Context(), w.admin))(w); len(lists) != 1 || !lists[0].BuiltIn || lists[0].Levels[0].Words < 140 || lists[0].Words < 4900 {
			t.Errorf("lists %+v", lists)
		}
	})
	t.Run("the same files again change nothing, others make another version that holds what they hold", func(t *testing.T) {
		w := setup(t)
		w.install("gf2021", "请\n检查", "机床")
		again := must(w.ImportList(w.Context(), w.admin, "gf2021", ListImport{Name: "List gf2021", Files: listFiles("请\n检查", "机床"), Apply: true}))(w)
		if again.List.Version != 1 || !again.Applied {
			t.Errorf("again: %+v", again.List)
		}
		r := w.install("gf2021", "请", "检查\n帽子")
		if r.List.Version != 2 || r.Added != 1 || r.Removed != 1 || r.Moved != 1 || r.List.Words != 3 {
			t.Errorf("replaced: %+v %+v", r, r.List)
		}
		_, err := w.ImportList(w.Context(), w.admin, "gf2021", ListImport{Name: "N", Version: 1, Files: listFiles("我"), Apply: true})
		wantFault(t, err, fault.Conflict, "stale_version")
	})
	t.Run("nothing is imported while a file cannot be read, and by nobody but an administrator", func(t *testing.T) {
		w := setup(t)
		_, err := w.ImportList(w.Context(), w.admin, "gf2021", ListImport{Name: "N", Files: append(listFiles("我"), ListFile{Name: "a-2", Data: []byte("\xff")}), Apply: true})
		wantFault(t, err, fault.Invalid, "unreadable")
		_, err = w.ImportList(w.Context(), w.author, "gf2021", ListImport{Name: "N", Files: listFiles("我"), Apply: true})
		wantFault(t, err, fault.Forbidden, "")
		wantFault(t, w.DeleteList(w.Context(), w.author, "gf2021"), fault.Forbidden, "")
		for _, id := range []string{"hsk2", "", "A", "a_b", "abcdefghijklmnopqrstu"} {
			_, err = w.ImportList(w.Context(), w.admin, id, ListImport{Name: "N", Files: listFiles("我")})
			wantFault(t, err, fault.Invalid, "invalid")
		}
	})
}

func TestListInUse(t *testing.T) {
	t.Run("a learner's level counts by the list they chose, everywhere, and at once when it is replaced", func(t *testing.T) {
		w := setup(t)
		w.install("gf2021", "机床", "检查")
		if d := must(w.DeclareLevel(w.Context(), w.learner, ChineseLevel{List: "gf2021", Level: 1}))(w); d.List.Name != "List gf2021" || len(d.List.Levels) != 2 {
			t.Errorf("declared %+v", d)
		}
		l := must(w.Lesson(w.Context(), w.learner, w.open, time.Time{}))(w)
		if word := l.Words["机床"]; word.KnownBy != "level" || word.Level != 1 || word.List != "List gf2021" || l.List.ID != "gf2021" || l.Level != 1 {
			t.Errorf("机床 is %+v in %+v", word, l.List)
		}
		if word := l.Words["请"]; word.Known || word.Level != 0 || word.List != "" {
			t.Errorf("请 is %+v", word)
		}
		if e := must(w.Entry(w.Context(), w.learner, "机床"))(w); e.Word.Level != 1 || e.Word.KnownBy != "level" {
			t.Errorf("entry %+v", e.Word)
		}
		if c := must(w.CourseReadiness(w.Context(), w.learner, "lathe", time.Time{}))(w); c.List.ID != "gf2021" || c.Lessons[0].Readiness.Coverage != l.Readiness.Coverage {
			t.Errorf("course %+v", c)
		}
		before := must(w.RunReadiness(w.Context(), w.teacher, w.run, ClassFilter{}))(w).Lessons[0].Median
		if before != l.Readiness.Coverage {
			t.Errorf("the run has a median of %v, the lesson %v", before, l.Readiness.Coverage)
		}
		w.install("gf2021", "机床\n请", "检查")
		if word := must(w.Lesson(w.Context(), w.learner, w.open, time.Time{}))(w).Words["请"]; !word.Known {
			t.Errorf("请 is %+v", word)
		}
		if after := must(w.RunReadiness(w.Context(), w.teacher, w.run, ClassFilter{}))(w).Lessons[0].Median; after <= before {
			t.Errorf("the run's median is %v, then %v", before, after)
		}
	})
	t.Run("who chose a list that is gone falls back to one without a level, is told, and has it back with the list", func(t *testing.T) {
		w := setup(t)
		w.install("gf2021", "机床")
		must(w.DeclareLevel(w.Context(), w.learner, ChineseLevel{List: "gf2021", Level: 1}))(w)
		w.no(w.DeleteList(w.Context(), w.admin, "gf2021"))
		w.no(w.DeleteList(w.Context(), w.admin, "gf2021"))
		if d := must(w.DeclaredLevel(w.Context(), w.learner))(w); d.List.ID != "hsk2" || d.Level != 0 || d.Lost != "List gf2021" {
			t.Errorf("declared %+v", d)
		}
		l := must(w.Lesson(w.Context(), w.learner, w.open, time.Time{}))(w)
		if l.List.ID != "hsk2" || l.Level != 0 || l.LostList != "List gf2021" || l.Words["机床"].Known {
			t.Errorf("lesson by %+v, level %d", l.List, l.Level)
		}
		if m := must(w.RunReadiness(w.Context(), w.teacher, w.run, ClassFilter{}))(w).Lessons[0].Median; m != l.Readiness.Coverage {
			t.Errorf("the run has a median of %v, the lesson %v", m, l.Readiness.Coverage)
		}
		w.install("gf2021", "机床")
		if d := must(w.DeclaredLevel(w.Context(), w.learner))(w); d.Level != 1 || d.Lost != "" {
			t.Errorf("declared %+v", d)
		}
	})
	t.Run("visitors and who has said nothing see the list of the institution, or the one their device has", func(t *testing.T) {
		w := setup(t)
		w.install("gf2021", "机床")
		w.exec(`UPDATE institutions SET word_list = 'gf2021' WHERE id = $1`, w.institution)
		for _, viewer := range []uuid.UUID{uuid.Nil, w.learner} {
			if l := must(w.Lesson(w.Context(), viewer, w.open, time.Time{}))(w); l.List.ID != "gf2021" || l.Words["机床"].Level != 1 {
				t.Errorf("lesson by %+v", l.List)
			}
		}
		if l := must(w.LessonByList(w.Context(), uuid.Nil, w.open, "hsk2", time.Time{}))(w); l.List.ID != "hsk2" || l.Words["请"].LevelName != "1" {
			t.Errorf("lesson by %+v", l.List)
		}
	})
	t.Run("no level is declared of a list that is not installed, or that it does not have", func(t *testing.T) {
		w := setup(t)
		w.install("gf2021", "机床")
		for _, in := range []ChineseLevel{{"", 1}, {"hsk2025", 1}, {"gf2021", 2}, {"hsk2", 7}, {"hsk2", -1}} {
			_, err := w.DeclareLevel(w.Context(), w.learner, in)
			wantFault(t, err, fault.Invalid, "")
		}
	})
}
