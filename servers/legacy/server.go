package legacy

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"github.com/mlbench/mlbench/servers/predict"
)

// Options make the legacy server.
type Options struct {
	Service *predict.Service
	// Logger receives panics of handlers and complaints of net/http.
	Logger *slog.Logger
}

// releaseMode is set once: gin keeps its mode in a global that New reads, and
// tests start several servers at a time.
var releaseMode = sync.OnceFunc(func() { gin.SetMode(gin.ReleaseMode) })

// New makes the server. The caller listens, and drains it with Shutdown.
func New(opts Options) *http.Server {
	releaseMode()
	router := newRouter(&handlers{service: opts.Service}, opts.Logger)
	return &http.Server{
		// Limited outside of gin: within it, net/http could not tell that a body
		// was left unread, and would reset the connection under the answer.
		Handler:           guard(opts.Service, http.MaxBytesHandler(router, predict.MaxBody)),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(opts.Logger.Handler(), slog.LevelWarn),
	}
}

// Header values that every answer has, shared: a slice of its own for each
// answer would be garbage.
var (
	closeConnection = []string{"close"}
	noSniff         = []string{"nosniff"}
	name            = []string{predict.LegacyServer}
	noStore         = []string{"no-store"} // tokens, and predictions of somebody's data
)

// guard is around everything, also around what the router refuses.
func guard(service *predict.Service, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header["X-Content-Type-Options"] = noSniff
		header["Cache-Control"] = noStore
		header["Server"] = name
		// net/http does not show whether a chunked request had a length as well.
		// Such a connection may carry a smuggled request: RFC 9112 §6.1 ends it.
		if service.Draining() || len(r.TransferEncoding) > 0 {
			header["Connection"] = closeConnection
		}
		if err := service.CheckHost(r.Host); err != nil {
			refuse(w, http.StatusMisdirectedRequest, err.Error())
			return
		}
		next.ServeHTTP(w, r)
	})
}

// refuse answers in this server's one error form without the router.
func refuse(w http.ResponseWriter, status int, message string) {
	body, _ := json.Marshal(gin.H{"error": message}) // a string always marshals
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails when the client is gone: nobody to tell
}

func newRouter(h *handlers, logger *slog.Logger) *gin.Engine {
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.RedirectTrailingSlash = false
	r.RedirectFixedPath = false
	r.Use(h.observe, gin.CustomRecoveryWithWriter(nil, func(c *gin.Context, cause any) {
		logger.Error("panic", "route", c.FullPath(), "cause", cause, "stack", string(debug.Stack()))
		fail(c, http.StatusInternalServerError, "internal server error")
	}))

	r.POST("/login", reading(h, predict.MaxLoginBody, predict.DecodeLogin, h.login))
	r.GET("/health", h.health)
	r.GET("/model-info", h.modelInfo)
	r.GET("/metrics", h.metrics)

	private := r.Group("/", h.authorize)
	private.POST("/predict", reading(h, predict.MaxBody, predict.DecodeRequest, h.predict))
	private.POST("/batch-predict", reading(h, predict.MaxBody, predict.DecodeBatch, h.batchPredict))
	private.GET("/cache/stats", h.cacheStats)
	private.POST("/cache/clear", h.cacheClear)

	r.NoRoute(func(c *gin.Context) { fail(c, http.StatusNotFound, "not found") })
	r.NoMethod(func(c *gin.Context) { fail(c, http.StatusMethodNotAllowed, "method not allowed") })
	return r
}

func (h *handlers) observe(c *gin.Context) {
	start := time.Now()
	c.Next()
	route := c.FullPath()
	if route == "" {
		route = predict.UnmatchedRoute
	}
	h.service.Observe(route, c.Writer.Status(), time.Since(start))
}

func (h *handlers) authorize(c *gin.Context) {
	if err := h.service.Authorize(c.Request.Header["Authorization"]...); err != nil {
		c.Header("WWW-Authenticate", "Bearer")
		fail(c, http.StatusUnauthorized, err.Error())
	}
}

// fail answers in this server's one error form.
func fail(c *gin.Context, status int, message string) {
	c.AbortWithStatusJSON(status, gin.H{"error": message})
}
