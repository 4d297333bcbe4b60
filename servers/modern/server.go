package modern

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/gofiber/fiber/v2/middleware/cors"
	"github.com/gofiber/fiber/v2/middleware/recover"

	"github.com/mlbench/mlbench/servers/modern/docs"
	"github.com/mlbench/mlbench/servers/predict"
)

// Options make the modern server.
type Options struct {
	Service *predict.Service
	// CORSOrigins may call from browsers: origins such as https://example.com,
	// predict.LoopbackOrigins, or * alone. None: no CORS headers at all.
	CORSOrigins []string
	// Logger receives panics of handlers and complaints of fasthttp.
	Logger *slog.Logger
}

// Server is the modern server.
type Server struct {
	app     *fiber.App
	service *predict.Service
	logger  *slog.Logger
}

// New makes the server.
func New(opts Options) (*Server, error) {
	setHumaGlobals()
	s := &Server{service: opts.Service, logger: opts.Logger}
	s.app = fiber.New(fiber.Config{
		DisableStartupMessage:        true,
		ServerHeader:                 predict.ModernServer,
		StrictRouting:                true,
		CaseSensitive:                true,
		BodyLimit:                    predict.MaxBody,
		StreamRequestBody:            true,     // read by readBody, once it is known who sends it
		ReadBufferSize:               16 << 10, // also the limit of a request's headers
		ReadTimeout:                  10 * time.Second,
		WriteTimeout:                 30 * time.Second,
		IdleTimeout:                  2 * time.Minute,
		DisablePreParseMultipartForm: true, // or form uploads would be spooled to files unasked
		ErrorHandler:                 s.protocolError,
	})
	s.app.Use(s.observe)
	s.app.Use(recover.New(recover.Config{EnableStackTrace: true, StackTraceHandler: s.logPanic}))
	if len(opts.CORSOrigins) > 0 {
		s.app.Use(allowOrigins(opts.CORSOrigins))
	}
	server := s.app.Server()
	server.SecureErrorLogMessage = true
	server.Logger = serverLog{opts.Logger}
	server.Handler = refuseUnknownMethods(server.Handler)
	if err := s.routes(); err != nil {
		return nil, err
	}
	return s, nil
}

// serverLog passes on what fasthttp complains of, but not what it complains with:
// its errors quote requests, tokens among them. Malformed requests are not told
// of at all: anybody could fill the log with them.
type serverLog struct{ logger *slog.Logger }

func (l serverLog) Printf(format string, _ ...any) {
	if !strings.HasPrefix(format, "error when serving connection") {
		l.logger.Warn("fasthttp", "complaint", format)
	}
}

func (s *Server) routes() error {
	json := newFormat()
	api := humafiber.NewV2(s.app, apiConfig(s.service.ModelInfo().Version, json.huma()))
	api.UseMiddleware(authorize(api, s.service), readBody(api, s.service))
	register(api, s.service)
	json.bind(api)
	document, err := openAPI(api)
	if err != nil {
		return err
	}
	s.app.Get("/openapi.json", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		return c.Send(document)
	})
	// Not Get, which would answer HEAD too: the API has none.
	s.app.Add(fiber.MethodGet, "/metrics", s.authorizeMetrics, adaptor.HTTPHandler(s.service.Metrics()))
	for _, name := range []string{"docs", "redoc"} {
		body, contentType, ok := docs.Page(name)
		if !ok {
			return fmt.Errorf("documentation page %q is missing", name)
		}
		s.app.Get("/"+name, func(c *fiber.Ctx) error {
			c.Set(fiber.HeaderContentType, contentType)
			c.Set(fiber.HeaderContentSecurityPolicy, docs.ContentSecurityPolicy)
			c.Set(fiber.HeaderCacheControl, "no-cache")
			return c.Send(body)
		})
	}
	s.app.Get("/docs/assets/:name", func(c *fiber.Ctx) error {
		gz, contentType, ok := docs.Asset(c.Params("name"))
		if !ok {
			return fiber.ErrNotFound
		}
		c.Set(fiber.HeaderContentType, contentType)
		c.Set(fiber.HeaderContentEncoding, "gzip")
		c.Set(fiber.HeaderCacheControl, "max-age=3600")
		return c.Send(gz)
	})
	return nil
}

// Serve answers the connections of ln until Shutdown.
func (s *Server) Serve(ln net.Listener) error { return s.app.Listener(ln) }

// Shutdown stops listening and waits for requests in flight, as long as ctx
// allows.
func (s *Server) Shutdown(ctx context.Context) error { return s.app.ShutdownWithContext(ctx) }

// apiConfig leaves out huma's own documents: it renders them lazily without a
// lock, its pages load scripts from elsewhere, and its hooks add a $schema to
// every answer.
func apiConfig(modelVersion string, json huma.Format) huma.Config {
	config := huma.DefaultConfig("mlbench prediction API", "1.0.0")
	config.Info.Description = "Predictions of a regression forest (" + modelVersion + ")."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", ""
	config.CreateHooks = nil
	config.Formats = map[string]huma.Format{"application/json": json, "json": json}
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		bearer: {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "a token from POST /login"},
	}
	return config
}

// allowOrigins answers browsers that ask for a page of another origin.
func allowOrigins(origins []string) fiber.Handler {
	config := cors.Config{
		AllowMethods:  "GET,POST",
		AllowHeaders:  "Authorization,Content-Type,X-Request-ID",
		ExposeHeaders: "X-Process-Time,X-Request-ID",
		MaxAge:        600,
		// Answers are never stored, so none without an origin needs Vary.
		Next: func(c *fiber.Ctx) bool { return len(c.Request().Header.Peek(fiber.HeaderOrigin)) == 0 },
	}
	if slices.Contains(origins, "*") {
		config.AllowOrigins = "*"
	} else {
		loopback := slices.Contains(origins, predict.LoopbackOrigins)
		config.AllowOriginsFunc = func(origin string) bool {
			return slices.Contains(origins, origin) || loopback && predict.IsLoopbackOrigin(origin)
		}
	}
	return cors.New(config)
}

func (s *Server) authorizeMetrics(c *fiber.Ctx) error {
	if err := s.service.AuthorizeMetrics(authorizations(c)...); err != nil {
		c.Set(fiber.HeaderWWWAuthenticate, "Bearer")
		return newErrorBody(fiber.StatusUnauthorized, err.Error(), nil)
	}
	return c.Next()
}
