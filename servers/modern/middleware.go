package modern

import (
	"runtime/debug"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
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
	if err := c.Next(); err != nil {
		writeError(c, err)
	}
	took := time.Since(start)
	setProcessTime(c, took)
	status := c.Response().StatusCode()
	route := c.Route().Path // the pattern, a string of ours: it outlives the request
	if status == fiber.StatusNotFound || status == fiber.StatusMethodNotAllowed || route == "/" {
		route = predict.UnmatchedRoute // the last route that ran was a middleware
	}
	s.service.Observe(route, status, took)
	return nil
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

// refuseEncoded stops compressed bodies: fiber would inflate them without any
// limit.
func refuseEncoded(c *fiber.Ctx) error {
	if len(c.Request().Header.Peek(fiber.HeaderContentEncoding)) > 0 {
		return fiber.NewError(fiber.StatusUnsupportedMediaType, "encoded request bodies are not supported")
	}
	return c.Next()
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
		if err := service.Authorize(ctx.Header(fiber.HeaderAuthorization)); err != nil {
			ctx.SetHeader(fiber.HeaderWWWAuthenticate, "Bearer")
			huma.WriteErr(api, ctx, fiber.StatusUnauthorized, err.Error())
			return
		}
		next(ctx)
	}
}
