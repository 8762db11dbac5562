package httpapi

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"runtime"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
)

// access says who may call a route at all. What they may see or change behind it is decided in the WHERE clauses.
type access uint8

const (
	anyone access = iota
	signedIn
	admin
)

// route is one line of the route table.
type route struct {
	method, path string
	name         string // operationId: the handler's name
	access       access
	summary      string
	maxBody      int64
	status       int                            // of success
	register     func(huma.API, huma.Operation) // nil for a raw route; beside raw, only the document calls it
	raw          fiber.Handler
}

// defaultMaxBody is enough for every JSON body but those that say otherwise.
const defaultMaxBody = 64 << 10

// on makes a route of a huma handler. Its operationId is the handler's name, so that the table, the code and the
// document cannot call one thing by two names.
func on[I, O any](method, path string, handler func(context.Context, *I) (*O, error), who access, summary string) route {
	status := http.StatusOK
	if reflect.TypeFor[O]() == reflect.TypeFor[none]() {
		status = http.StatusNoContent
	}
	return route{
		method: method, path: path, name: handlerName(handler), access: who, summary: summary, maxBody: defaultMaxBody, status: status,
		register: func(api huma.API, op huma.Operation) { huma.Register(api, op, handler) },
	}
}

// none is the answer of a handler that has nothing to say but "done": 204 without a body.
type none struct{}

// answering is a JSON route whose success is another status: 201 Created, 202 Accepted.
func answering(status int, r route) route {
	r.status = status
	return r
}

// large is a JSON route whose body may have up to limit bytes.
func large(r route, limit int64) route {
	r.maxBody = limit
	return r
}

// raw makes a route of a Fiber handler: streams and protocols that are not JSON.
func raw(method, path string, handler fiber.Handler, who access, summary string) route {
	return route{method: method, path: path, name: handlerName(handler), access: who, summary: summary, raw: handler}
}

// direct makes a route of a Fiber handler that answers JSON of its own making; I and O are for the document alone.
func direct[I, O any](method, path string, handler fiber.Handler, who access, summary string) route {
	r := raw(method, path, handler, who, summary)
	r.maxBody, r.status = defaultMaxBody, http.StatusOK
	r.register = func(api huma.API, op huma.Operation) {
		huma.Register(api, op, func(context.Context, *I) (*struct{ Body O }, error) { return nil, errors.ErrUnsupported })
	}
	return r
}

// handlerName turns "hanzhi/server/httpapi.(*API).signIn-fm" into "signIn".
func handlerName(handler any) string {
	name := runtime.FuncForPC(reflect.ValueOf(handler).Pointer()).Name()
	name = strings.TrimSuffix(name, "-fm")
	return name[strings.LastIndexByte(name, '.')+1:]
}

// operation describes a JSON route for huma and for the document.
func (r route) operation() huma.Operation {
	op := huma.Operation{
		OperationID: r.name, Method: r.method, Path: r.path, Summary: r.summary, Tags: []string{tagOf(r.path)},
		MaxBodyBytes: r.maxBody, RejectUnknownQueryParameters: true, DefaultStatus: r.status,
		Errors: []int{http.StatusBadRequest, http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable},
	}
	if strings.Contains(r.path, "{") {
		op.Errors = append(op.Errors, http.StatusNotFound)
	}
	if r.access != anyone {
		op.Errors = append(op.Errors, http.StatusUnauthorized, http.StatusForbidden)
		op.Security = []map[string][]string{{"session": {}}}
	}
	return op
}

// tagOf is the resource: the first part of the path after /api.
func tagOf(path string) string {
	parts := strings.Split(strings.TrimPrefix(path, "/api/"), "/")
	return parts[0]
}

// fiberPath turns {id} into :id.
func (r route) fiberPath() string {
	return strings.NewReplacer("{", ":", "}", "").Replace(r.path)
}

// Address is a line of the route table as tests and tools see it.
type Address struct{ Method, Path, Name string }

// Table lists every address of the API.
func Table() []Address {
	var table []Address
	for _, r := range (&API{}).routes() {
		table = append(table, Address{Method: r.method, Path: r.path, Name: r.name})
	}
	return table
}
