package modern

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/gofiber/fiber/v2"

	"github.com/mlbench/mlbench/servers/predict"
)

// errorBody is the one form of every error of this server.
type errorBody struct {
	status    int
	Message   string       `json:"error" doc:"what went wrong, in one sentence"`
	Detail    []fieldError `json:"detail" nullable:"false" doc:"every offending field; empty when the error is not about a field"`
	Code      string       `json:"error_code" doc:"for programs" example:"validation_error"`
	Timestamp time.Time    `json:"timestamp"`
}

type fieldError struct {
	Location string `json:"location" example:"body.features[3]"`
	Message  string `json:"message" example:"expected number <= 1000"`
	Value    any    `json:"value,omitempty" doc:"as sent, when it is a number, a boolean or a short string"`
}

func (e *errorBody) Error() string  { return e.Message }
func (e *errorBody) GetStatus() int { return e.status }

func newErrorBody(status int, message string, detail []fieldError) *errorBody {
	code := strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
	switch status {
	case http.StatusUnprocessableEntity:
		code = "validation_error"
	case http.StatusInternalServerError:
		code = "internal_error"
	case http.StatusRequestEntityTooLarge:
		code = "body_too_large"
	}
	if detail == nil {
		detail = []fieldError{} // an array always
	}
	return &errorBody{status: status, Message: message, Detail: detail, Code: code, Timestamp: time.Now().UTC()}
}

const unsupported = "unsupported media type: send application/json"

// setHumaGlobals runs once, before the first server: huma takes the maker of
// its errors and the case rule from package variables, for all APIs of a
// process.
var setHumaGlobals = sync.OnceFunc(func() {
	huma.NewError = newHumaError
	// Else "Features" would pass the check as another spelling of "features",
	// and encoding/json would then read the unchecked one.
	huma.ValidateStrictCasing = true
})

// maxDetail bounds the offences that are named: enough to mend a body by.
const maxDetail = 50

func newHumaError(status int, message string, errs ...error) huma.StatusError {
	if status == http.StatusBadRequest {
		status = http.StatusUnprocessableEntity // huma tells unreadable bodies from invalid ones; this API does not
	}
	if status == http.StatusInternalServerError {
		return newErrorBody(status, "internal server error", nil) // causes are not the client's business
	}
	detail := make([]fieldError, 0, min(len(errs), maxDetail+1))
	for i, err := range errs {
		if i == maxDetail {
			detail = append(detail, fieldError{Location: "body", Message: "and more"})
			break
		}
		detail = append(detail, newFieldError(err))
	}
	// Unknown fields come last, in the random order of a map.
	if i := slices.IndexFunc(detail, isUnknownField); i >= 0 && len(errs) <= maxDetail {
		slices.SortFunc(detail[i:], func(a, b fieldError) int { return cmp.Compare(a.Location, b.Location) })
	}
	if status == http.StatusUnprocessableEntity && len(detail) == 0 {
		detail = append(detail, fieldError{Location: "body", Message: message})
	}
	return newErrorBody(status, message, detail)
}

func isUnknownField(f fieldError) bool { return f.Message == validation.MsgUnexpectedProperty }

func newFieldError(err error) fieldError {
	var d huma.ErrorDetailer
	if !errors.As(err, &d) {
		return fieldError{Location: "body", Message: err.Error()}
	}
	e := d.ErrorDetail()
	return fieldError{Location: predict.Excerpt(e.Location), Message: e.Message, Value: echo(e.Location, e.Value)}
}

// echo is what of an offending value may go back: nothing of a login and no
// whole body, whatever their type, nothing large, and a number that no float64
// holds as text.
func echo(location string, value any) any {
	if location == "body" || strings.HasPrefix(location, "body.username") || strings.HasPrefix(location, "body.password") {
		return nil
	}
	switch v := value.(type) {
	case bool:
		return v
	case string:
		if len(v) <= 64 {
			return v
		}
	case json.Number:
		if f, err := v.Float64(); err == nil {
			return f
		}
		if len(v) <= 64 {
			return v.String()
		}
	}
	return nil
}

// writeError renders what a handler or the router returned. Texts of libraries
// are not for clients: fasthttp's repeat what it read, also of other requests on
// the connection.
func writeError(c *fiber.Ctx, err error) {
	var own *errorBody
	var known *fiber.Error
	switch {
	case errors.As(err, &own):
	case errors.As(err, &known) && known.Code < http.StatusInternalServerError && http.StatusText(known.Code) != "":
		own = newErrorBody(known.Code, strings.ToLower(http.StatusText(known.Code)), nil)
	default:
		own = newErrorBody(http.StatusInternalServerError, "internal server error", nil)
	}
	c.Status(own.status)
	if err := c.JSON(own); err != nil {
		c.Status(http.StatusInternalServerError)
	}
}

// protocolError answers requests that failed before routing: too large, too
// slow, not HTTP. No middleware runs for these.
func (s *Server) protocolError(c *fiber.Ctx, err error) error {
	start := time.Now()
	c.Set(headerRequestID, requestID(""))
	setCommon(c)
	writeError(c, err)
	status, took := c.Response().StatusCode(), time.Since(start)
	setProcessTime(c, took)
	s.service.Observe(predict.UnmatchedRoute, status, took)
	if status != http.StatusRequestTimeout {
		discard(c)
	}
	return nil
}

// discard reads what a client still sends of a request that is refused. Closing a
// connection with unread bytes resets it, and the client would see the reset
// instead of the answer. It ends after a short silence, a second or 16 MB.
func discard(c *fiber.Ctx) {
	const silence, total, most = 50 * time.Millisecond, time.Second, 16 << 20
	conn := c.Context().Conn()
	if conn == nil {
		return
	}
	deadline := time.Now().Add(total)
	buf := make([]byte, 32<<10)
	for read := 0; read < most && time.Now().Before(deadline); {
		conn.SetReadDeadline(time.Now().Add(silence))
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		read += n
	}
}
