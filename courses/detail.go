package courses

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"hanzhi/server/fault"
)

// viewerPart is what a course page shows to one viewer only.
type viewerPart struct {
	enrolment *Enrolment
	progress  *courseTally // nil unless enrolled
	runs      []Run
	nextRun   *NextRun
	mayEdit   bool
}

func (v viewerPart) shownProgress() *CourseProgress {
	if v.progress == nil {
		return nil
	}
	return &v.progress.progress
}

// CoursePage writes the JSON of CourseDetail for a viewer behind b. poster makes the address of the course's picture. NotFound
// unless the course is published, or archived and the viewer's to learn.
func (s *Service) CoursePage(ctx context.Context, viewer uuid.UUID, slug string, poster func(asset uuid.UUID) string, b []byte) ([]byte, error) {
	p, v, err := s.courseFor(ctx, viewer, slug)
	if err != nil {
		return nil, err
	}
	address := ""
	if p.card.PosterAssetID != nil {
		address = poster(*p.card.PosterAssetID)
	}
	return p.append(slices.Grow(b, p.encoded.size+1024), v, address)
}

// CourseDetail is CoursePage before it is JSON; the poster is left to the caller.
func (s *Service) CourseDetail(ctx context.Context, viewer uuid.UUID, slug string) (CourseDetail, error) {
	p, v, err := s.courseFor(ctx, viewer, slug)
	if err != nil {
		return CourseDetail{}, err
	}
	d := CourseDetail{
		CourseCard: p.card, State: p.state, Description: p.description, Revision: p.revision, PublishedAt: p.publishedAt,
		Outline: p.outlineShown(v.progress), Pairings: notNil(p.outline.Pairings), Sizes: notNil(p.sizes), Runs: v.runs,
		Enrolment: v.enrolment, Progress: v.shownProgress(), MayEdit: v.mayEdit,
	}
	d.NextRun, d.Enrolled = v.nextRun, v.enrolment != nil
	return d, nil
}

// courseFor brings the page and the viewer's part together: one query where the page in memory is right, which that
// query tells; otherwise another one reads the page.
func (s *Service) courseFor(ctx context.Context, viewer uuid.UUID, slug string) (*page, viewerPart, error) {
	if !isSlug(slug) {
		return nil, viewerPart{}, fault.NewNotFound("course") // the query is shared: nothing odd may get into it
	}
	row, err := s.viewers.query(ctx, viewer, slug)
	if err != nil {
		return nil, viewerPart{}, err
	}
	p, err := s.pageOf(ctx, row.id, row.pageVersion)
	if err == nil && p == nil {
		err = fault.NewNotFound("course") // unpublished this very moment
	}
	if err != nil {
		return nil, viewerPart{}, err
	}
	v, err := row.part(p, s.now())
	return p, v, err
}
