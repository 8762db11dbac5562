package language

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// What may be asked for at once.
const (
	mostAskedLines   = 60
	longestAskedLine = 300
)

// Lines cuts lines that stand in no lesson into words, with what the viewer knows of each. Terms of all banks are kept whole.
// Readiness is that for the lines together.
func (s *Service) Lines(ctx context.Context, viewer uuid.UUID, lines []string) (LessonLanguage, error) {
	if len(lines) == 0 || len(lines) > mostAskedLines {
		return LessonLanguage{}, fault.NewInvalid("lines", "length", "Send 1 to %d lines.", mostAskedLines)
	}
	texts := make([]passage, 0, len(lines))
	for i, line := range lines {
		line = strings.TrimSpace(line)
		if n := len([]rune(line)); n == 0 || n > longestAskedLine {
			return LessonLanguage{}, fault.NewInvalid(fmt.Sprintf("lines[%d]", i), "length", "A line has 1 to %d characters.", longestAskedLine)
		}
		texts = append(texts, passage{text: line, counted: true})
	}
	terms, err := s.allTerms(ctx)
	if err != nil {
		return LessonLanguage{}, err
	}
	answer, _, err := s.forViewer(ctx, viewer, s.newLesson(terms, texts, nil), "")
	return answer, err
}
