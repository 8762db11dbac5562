package media_test

import (
	"errors"
	"net/http"

	"github.com/google/uuid"

	"hanzhi/media"
	"hanzhi/server/fault"
)

// statuses is enough of the HTTP layer's table for these tests.
var statuses = map[fault.Kind]int{fault.Invalid: 422, fault.Forbidden: 403, fault.NotFound: 404, fault.Conflict: 409, fault.Unavailable: 503}

// tusHandler answers as the HTTP layer does.
func tusHandler(s *media.Service, viewer uuid.UUID) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := s.ServeUpload(w, r, viewer)
		if err == nil {
			return
		}
		status := statuses[fault.KindOf(err)]
		if status == 0 {
			status = 500
		}
		if breach := (*media.UploadError)(nil); errors.As(err, &breach) {
			status = breach.Status
		}
		w.Header().Set("X-Fault", err.Error())
		w.Header().Set("Connection", "close")
		http.Error(w, err.Error(), status)
	})
}
