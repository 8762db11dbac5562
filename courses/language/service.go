// Package language knows the Chinese of every lesson and of every learner: lessons as words with their reading and
// meaning, what a learner knows of them, how ready they are for a lesson and what to learn first, one memory of words
// fed by every exercise, the dictionary, and the term banks of the trades.
//
// Words of a lesson are found anew whenever a caption, a revision or a term bank has a new version; nothing that was
// found is stored. Who may see or change what is decided in SQL; the viewer is an argument of every method, and
// uuid.Nil is a visitor.
package language

import (
	"sync"
	"time"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/jackc/pgx/v5/pgxpool"

	"hanzhi/courses/language/levels"
	"hanzhi/courses/language/lexicon"
	"hanzhi/courses/language/segment"
	"hanzhi/courses/language/strokes"
)

// How much a copy of the server keeps in memory: a lesson of 30 minutes is some 500 KB, the terms of a trade 50 KB, a
// list of levels 1 MB.
const (
	cachedLessons    = 128
	cachedGlossaries = 64
	cachedFonts      = 16 // of some 60 KB
	cachedSizes      = 512
	cachedLists      = 8
)

// Service is the domain's entrance; all its methods may be called concurrently.
type Service struct {
	db         *pgxpool.Pool
	lexicon    *lexicon.Lexicon
	segmenter  *segment.Segmenter
	trades     map[string]bool
	lessons    *lru.Cache[lessonKey, *lesson]
	glossaries *lru.Cache[string, *glossary]
	strokes    *strokes.Table
	fonts      *lru.Cache[string, []byte]
	makingFont sync.Mutex
	packSizes  *lru.Cache[string, PackSize]
	lists      *lru.Cache[string, map[string]int] // levels of words, by list and version
	others     *lru.Cache[string, []otherLine]    // captions in other languages, by lesson and versions
	hsk2       *wordList
	hsk2Levels []levels.ListLevel
	now        func() time.Time
	places     Addresses
}

// New returns a service over a migrated database; trades are the ISCO-08 codes that a term bank may be for. It fails
// when the lexicon or the strokes have not been built.
func New(db *pgxpool.Pool, trades []string) (*Service, error) {
	lex, err := lexicon.Load()
	if err != nil {
		return nil, err
	}
	s := &Service{db: db, lexicon: lex, segmenter: segment.New(lex), trades: map[string]bool{}, now: time.Now}
	for _, code := range trades {
		s.trades[code] = true
	}
	if s.lessons, err = lru.New[lessonKey, *lesson](cachedLessons); err != nil {
		return nil, err
	}
	if s.lists, err = lru.New[string, map[string]int](cachedLists); err != nil {
		return nil, err
	}
	if s.others, err = lru.New[string, []otherLine](cachedLessons); err != nil {
		return nil, err
	}
	s.countHSK2()
	if s.glossaries, err = lru.New[string, *glossary](cachedGlossaries); err != nil {
		return nil, err
	}
	if s.strokes, err = strokes.Load(); err != nil {
		return nil, err
	}
	if s.fonts, err = lru.New[string, []byte](cachedFonts); err != nil {
		return nil, err
	}
	s.packSizes, err = lru.New[string, PackSize](cachedSizes)
	return s, err
}

// Addresses say where everybody finds the picture and the sound of a term, by the id of the asset, for some hours.
type Addresses struct {
	Picture, Sound func(asset uuid.UUID) string
}

// Serve has words tell where their pictures and sounds are; before, none does. It is called once, at the start.
func (s *Service) Serve(places Addresses) { s.places = places }

// of are the addresses of a term's media; "" = none.
func (a Addresses) of(picture, sound *uuid.UUID) (pictureAt, soundAt string) {
	if picture != nil && a.Picture != nil {
		pictureAt = a.Picture(*picture)
	}
	if sound != nil && a.Sound != nil {
		soundAt = a.Sound(*sound)
	}
	return pictureAt, soundAt
}

// notNil makes an empty list of none.
func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// isVisitor reports that nobody is signed in.
func isVisitor(viewer uuid.UUID) bool { return viewer == uuid.Nil }
