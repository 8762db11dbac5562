// Package fault holds the kinds of error that Hanzhi's packages return. A kind says what a caller may do about
// it; one table in server/httpapi turns kinds into HTTP statuses, so no other package invents a status.
package fault

import (
	"errors"
	"fmt"
)

// Kind says what went wrong from the caller's point of view.
type Kind uint8

// The kinds, from the most general to the most particular.
const (
	Internal        Kind = iota // our fault; the caller learns an id, nothing else
	Invalid                     // the input breaks a rule; Field names it
	Unauthenticated             // nobody is signed in
	Forbidden                   // the caller sees the thing and may not do this to it
	NotFound                    // there is none, or the caller may not know that there is one
	Conflict                    // the state has moved on: stale version, taken name, no seat left
	TooMany                     // slow down; RetryAfter says for how long
	Unavailable                 // a part we need is down; trying again later helps
)

var kindNames = [...]string{"internal", "invalid", "unauthenticated", "forbidden", "not_found", "conflict", "too_many", "unavailable"}

// String returns the kind's name in logs and metrics.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Error is a failure with a kind. Error() is for the log and may hold anything; Safe() is for the client.
type Error struct {
	Kind Kind
	// Code is a stable, machine-readable reason such as "email_taken"; the front end has a message for it.
	Code string
	// Field is the JSON path of the input at fault, such as "password"; empty when no single field is.
	Field string
	// Message is an English sentence without secrets, for clients that have no text for Code.
	Message string
	// RetryAfter is the number of seconds after which a TooMany or Unavailable may be tried again; 0 = unknown.
	RetryAfter int

	err error
}

// Error describes the failure for the log.
func (e *Error) Error() string {
	s := e.Kind.String()
	if e.Code != "" {
		s += " " + e.Code
	}
	if e.Field != "" {
		s += " (" + e.Field + ")"
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	if e.err != nil {
		s += ": " + e.err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.err }

// Safe returns the sentence that a client may read.
func (e *Error) Safe() string {
	if e.Kind == Internal || e.Message == "" {
		return ""
	}
	return e.Message
}

// New makes an error of a kind with a code and a sentence for the client.
func New(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// NewInvalid makes an Invalid error that names the field at fault.
func NewInvalid(field, code, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Code: code, Field: field, Message: fmt.Sprintf(format, args...)}
}

// NewNotFound says that there is no such thing, or none that the viewer may know of.
func NewNotFound(what string) *Error {
	return &Error{Kind: NotFound, Code: "not_found", Message: "There is no such " + what + ", or you may not see it."}
}

// Wrap gives a cause a kind; the cause stays out of what the client reads.
func Wrap(err error, kind Kind, code, format string, args ...any) *Error {
	e := New(kind, code, format, args...)
	e.err = err
	return e
}

// KindOf returns the kind of the first fault in err's chain, Internal when there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is reports whether err is a fault of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }
