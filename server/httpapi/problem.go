package httpapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"hanzhi/server/fault"
)

// Problem is every error body: application/problem+json (RFC 9457) with a stable code and the field at fault.
type Problem struct {
	Type       string         `json:"type" doc:"Always about:blank; code says which problem it is." example:"about:blank"`
	Title      string         `json:"title" doc:"The status in words." example:"Unprocessable Entity"`
	Status     int            `json:"status" doc:"HTTP status." example:"422"`
	Detail     string         `json:"detail,omitempty" doc:"What happened and what to do, in English." example:"expected length >= 8"`
	Code       string         `json:"code" doc:"Stable reason; clients have a text for each." example:"invalid"`
	Field      string         `json:"field,omitempty" doc:"Path of the input at fault." example:"password"`
	Errors     []ProblemError `json:"errors,omitempty" doc:"Every input at fault, when there is more than one."`
	RequestID  string         `json:"requestId,omitempty" doc:"What to quote when reporting a fault."`
	RetryAfter int            `json:"retryAfter,omitempty" doc:"Seconds after which trying again may help."`
}

// ProblemError is one input at fault.
type ProblemError struct {
	Field  string `json:"field,omitempty" doc:"Path of the input."`
	Detail string `json:"detail" doc:"What is wrong with it."`
}

// Error makes a Problem an error, as huma asks.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType marks the body as a problem.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// bytes is the body for answers outside huma and Fiber.
func (p *Problem) bytes() []byte {
	body, err := json.Marshal(p)
	if err != nil {
		return []byte(`{"status":500,"code":"internal"}`)
	}
	return body
}

// GetHeaders carries Retry-After, for clients that do not read the body.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.RetryAfter > 0 {
		h.Set(fiber.HeaderRetryAfter, strconv.Itoa(p.RetryAfter))
	}
	return h
}

// statuses is the one table from what went wrong to what HTTP calls it.
var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// problemOf turns any error into what the client reads. Only faults speak for themselves; the text of other errors
// may hold SQL or paths and stays in the log.
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var fe *fiber.Error
	if errors.As(err, &fe) {
		return newProblem(fe.Code, statusCode(fe.Code), "")
	}
	kind := fault.KindOf(err)
	p = newProblem(statuses[kind], kind.String(), "")
	var f *fault.Error
	if errors.As(err, &f) {
		p.Detail, p.Field, p.RetryAfter = f.Safe(), f.Field, f.RetryAfter
		if f.Code != "" && kind != fault.Internal {
			p.Code = f.Code
		}
	}
	if kind == fault.Internal {
		p.Detail = "Something went wrong on our side. What you had saved is safe. Try again; if it stays, report the request id."
	}
	return p
}

func newProblem(status int, code, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// statusCode names a status that came from the router or from huma rather than from a fault.
func statusCode(status int) string {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return "too_large"
	case http.StatusUnprocessableEntity, http.StatusBadRequest:
		return "invalid"
	default:
		return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
	}
}

// useProblems makes huma speak our problems. Plain errors reach huma.NewErrorWithContext whole, so it is replaced once;
// these are globals of huma's.
var useProblems = sync.OnceFunc(func() {
	// An empty list is [], never null, so a client need not ask twice.
	huma.DefaultArrayNullable = false
	huma.NewErrorWithContext = func(ctx huma.Context, status int, msg string, errs ...error) huma.StatusError {
		p := humaProblem(status, msg, errs)
		if ctx != nil {
			c := unwrapFiber(ctx)
			p.RequestID = requestID(c)
			if p.Status >= http.StatusInternalServerError {
				logFailure(c, p, errors.Join(errs...))
			}
			if p.RetryAfter > 0 {
				ctx.SetHeader(fiber.HeaderRetryAfter, strconv.Itoa(p.RetryAfter))
			}
		}
		return p
	}
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		return humaProblem(status, msg, errs)
	}
})

func humaProblem(status int, msg string, errs []error) *Problem {
	if status == http.StatusInternalServerError && len(errs) > 0 {
		return problemOf(errs[0])
	}
	p := newProblem(status, statusCode(status), msg)
	for _, err := range errs {
		var d *huma.ErrorDetail
		if !errors.As(err, &d) {
			// Not a finding about the input: its text (of a JSON decoder, say) is fit for the client, huma made it.
			p.Errors = append(p.Errors, ProblemError{Detail: err.Error()})
			continue
		}
		p.Errors = append(p.Errors, ProblemError{Field: fieldOf(d), Detail: d.Message})
	}
	if len(p.Errors) > 0 {
		p.Field, p.Detail = p.Errors[0].Field, p.Errors[0].Detail
	}
	if len(p.Errors) == 1 {
		p.Errors = nil
	}
	return p
}

// fieldOf drops where huma found the input ("body.email" → "email"). A field that is missing has no place of its own;
// huma says its name in the message.
func fieldOf(d *huma.ErrorDetail) string {
	_, field, found := strings.Cut(d.Location, ".")
	if name, ok := strings.CutPrefix(d.Message, "expected required property "); ok {
		name = strings.TrimSuffix(name, " to be present")
		if !found {
			return name
		}
		return field + "." + name
	}
	if !found {
		return d.Location
	}
	return field
}

// writeProblem answers a raw Fiber route, and everything that fails before huma.
func writeProblem(c *fiber.Ctx, err error) error {
	p := problemOf(err)
	answer := *p
	answer.RequestID = requestID(c)
	if answer.Status >= http.StatusInternalServerError {
		logFailure(c, &answer, err)
	}
	if answer.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(answer.RetryAfter))
	}
	c.Status(answer.Status)
	if err := c.JSON(&answer); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/problem+json")
	return nil
}
