package modern

import (
	"bytes"
	"errors"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"
	"github.com/valyala/fasthttp"

	"github.com/mlbench/mlbench/servers/predict"
)

const (
	headerRequestID   = fiber.HeaderXRequestID
	headerProcessTime = "X-Process-Time"
)

// observe gives every answer its request id and process time, renders errors,
// and counts. It is the outermost middleware: a status is final after it.
func (s *Server) observe(c *fiber.Ctx) error {
	start := time.Now()
	c.Set(headerRequestID, requestID(c.Get(headerRequestID)))
	setCommon(c)
	err := s.checkRequest(c)
	if err == nil {
		err = c.Next()
	}
	if err != nil {
		writeError(c, err)
	}
	if s.service.Draining() {
		c.Context().SetConnectionClose()
	}
	took := time.Since(start)
	setProcessTime(c, took)
	status := c.Response().StatusCode()
	route := c.Route().Path // the pattern, a string of ours: it outlives the request
	if status == fiber.StatusNotFound || status == fiber.StatusMethodNotAllowed || route == "/" {
		route = predict.UnmatchedRoute // the last route that ran was a middleware
	}
	s.service.Observe(route, status, took)
	leaveUnread(c)
	return nil
}

// setCommon sets the headers that every answer has: it is what it says that it
// is, and it is for whoever asked, not for a cache on the way.
func setCommon(c *fiber.Ctx) {
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderCacheControl, "no-store")
}

// checkRequest refuses what no route is to see.
func (s *Server) checkRequest(c *fiber.Ctx) error {
	if p := c.Request().Header.Protocol(); string(p) != "HTTP/1.1" && string(p) != "HTTP/1.0" {
		return newErrorBody(fiber.StatusHTTPVersionNotSupported, "http version not supported: use HTTP/1.1", nil)
	}
	if err := s.service.CheckHost(utils.UnsafeString(c.Request().Host())); err != nil {
		return newErrorBody(fiber.StatusMisdirectedRequest, err.Error(), nil)
	}
	// fiber would inflate compressed bodies without any limit.
	if len(c.Request().Header.Peek(fiber.HeaderContentEncoding)) > 0 {
		return newErrorBody(fiber.StatusUnsupportedMediaType, "encoded request bodies are not supported", nil)
	}
	return nil
}

// leaveUnread ends the connection of a request whose body is refused unread,
// unless the rest is so short that fasthttp reads over it. Where the connection
// ends in any case, fasthttp would not.
func leaveUnread(c *fiber.Ctx) {
	if c.Request().BodyStream() == nil {
		return // read to its end, or none
	}
	short := 64 << 10
	if c.Response().ConnectionClose() || c.Request().ConnectionClose() {
		short = 8 << 10 // has come together with the headers
	}
	length := c.Request().Header.ContentLength()
	if length > short || length < 0 && c.Response().StatusCode() >= fiber.StatusBadRequest {
		c.Context().SetConnectionClose()
		discard(c)
	}
}

func setProcessTime(c *fiber.Ctx, took time.Duration) {
	c.Set(headerProcessTime, strconv.FormatFloat(took.Seconds(), 'f', 9, 64))
}

// requestID keeps a sent id that is safe to echo and to log, and makes one for
// any other. The result is not kept beyond the request, so it needs no copy.
func requestID(sent string) string {
	if sent == "" || len(sent) > predict.MaxRequestID {
		return utils.UUIDv4()
	}
	for i := range len(sent) {
		if sent[i] <= ' ' || sent[i] > '~' {
			return utils.UUIDv4()
		}
	}
	return sent
}

func (s *Server) logPanic(c *fiber.Ctx, cause any) {
	s.logger.Error("panic", "route", c.Route().Path, "cause", cause, "stack", string(debug.Stack()))
}

// refuseUnknownMethods makes methods that fiber does not know, which it would
// refuse with plain text before any middleware, into one that no route has: it
// is refused as any other method, with what is allowed instead.
func refuseUnknownMethods(next fasthttp.RequestHandler) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		if !slices.Contains(fiber.DefaultMethods, string(ctx.Method())) {
			ctx.Request.Header.SetMethod(fiber.MethodTrace)
		}
		next(ctx)
	}
}

// bearer is the name of the security scheme in the OpenAPI document.
const bearer = "bearer"

// authorize asks for a token wherever the operation's security says so.
func authorize(api huma.API, service *predict.Service) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if len(ctx.Operation().Security) == 0 {
			next(ctx)
			return
		}
		if err := service.Authorize(authorizations(humafiber.UnwrapV2(ctx))...); err != nil {
			ctx.SetHeader(fiber.HeaderWWWAuthenticate, "Bearer")
			huma.WriteErr(api, ctx, fiber.StatusUnauthorized, err.Error())
			return
		}
		next(ctx)
	}
}

// authorizations are the values of all Authorization headers. They are valid
// until the request is answered.
func authorizations(c *fiber.Ctx) []string {
	first := c.Request().Header.PeekAll(fiber.HeaderAuthorization)
	values := make([]string, len(first))
	for i, v := range first {
		values[i] = utils.UnsafeString(v)
	}
	return values
}

// readBody reads the body of an operation, whoever sends it having been looked
// at: a body that is refused for its length or its sender costs nothing.
func readBody(api huma.API, service *predict.Service) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		op := ctx.Operation()
		if op.RequestBody == nil {
			next(ctx)
			return
		}
		limit := predict.MaxBody
		if len(op.Security) == 0 {
			limit = predict.MaxLoginBody
		}
		request := humafiber.UnwrapV2(ctx).Request()
		var body predict.Body
		if stream := request.BodyStream(); stream != nil {
			var err error
			if body, err = service.ReadBody(stream, int64(request.Header.ContentLength()), limit); err != nil {
				refuseBody(api, ctx, err)
				return
			}
			defer body.Release()
			request.ResetBody() // it is read: fasthttp need not look for its end
		}
		read := &bodyContext{humaContext: ctx, body: bytes.NewReader(body.Bytes)}
		if kind := read.Header(fiber.HeaderContentType); kind != "" && len(body.Bytes) > 0 && api.Unmarshal(kind, nil, &anyBody{}) != nil {
			answerError(api, ctx, newErrorBody(fiber.StatusUnsupportedMediaType, unsupported, nil))
			return
		}
		next(read)
	}
}

func refuseBody(api huma.API, ctx huma.Context, err error) {
	status, message := fiber.StatusBadRequest, "cannot read the request body"
	switch {
	case errors.Is(err, predict.ErrBodyTooLarge):
		status, message = fiber.StatusRequestEntityTooLarge, "request entity too large"
	case errors.Is(err, predict.ErrBusy):
		ctx.SetHeader(fiber.HeaderRetryAfter, predict.RetryAfter)
		status, message = fiber.StatusServiceUnavailable, err.Error()
	case errors.Is(err, os.ErrDeadlineExceeded):
		status, message = fiber.StatusRequestTimeout, "request timeout"
	}
	answerError(api, ctx, newErrorBody(status, message, nil))
}

func answerError(api huma.API, ctx huma.Context, e *errorBody) {
	ctx.SetHeader(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	ctx.SetStatus(e.status)
	_ = api.Marshal(ctx.BodyWriter(), fiber.MIMEApplicationJSON, e) // fails when the client is gone: nobody to tell
}

// humaContext is embedded by another name than that of its method Context.
type humaContext = huma.Context

// bodyContext is a request whose body has been read.
type bodyContext struct {
	humaContext
	body io.Reader
}

func (c *bodyContext) Unwrap() huma.Context            { return c.humaContext }
func (c *bodyContext) BodyReader() io.Reader           { return c.body }
func (c *bodyContext) SetReadDeadline(time.Time) error { return nil }

// Header calls the type of forms JSON: it is what curl -d says of every body. A
// page of another site may send that type without being asked for leave, but
// that gains it nothing: there are no cookies that would make the request the
// visitor's, and the answer is kept from the page.
func (c *bodyContext) Header(name string) string {
	value := c.humaContext.Header(name)
	if name == fiber.HeaderContentType {
		if base, _, _ := strings.Cut(value, ";"); strings.EqualFold(strings.TrimSpace(base), fiber.MIMEApplicationForm) {
			return fiber.MIMEApplicationJSON
		}
	}
	return value
}
