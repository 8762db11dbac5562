package demo

import (
	"context"

	"hanzhi/demo/content"
)

// LoadCourses loads other courses than the three.
func LoadCourses(ctx context.Context, o Options, courses []content.Course) error {
	return load(ctx, o, courses)
}
