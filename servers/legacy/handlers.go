package legacy

import (
	"errors"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"

	"github.com/mlbench/mlbench/servers/predict"
)

type handlers struct {
	service *predict.Service
}

// reading makes a handler of requests that come as bodies of at most limit bytes.
func reading[T any](h *handlers, limit int, decode func(any, error) (T, error), handle func(*gin.Context, T)) gin.HandlerFunc {
	return func(c *gin.Context) {
		body, ok := h.readBody(c, limit)
		if !ok {
			return
		}
		defer body.Release()
		request, err := decode(predict.ReadJSON(body.Bytes))
		if err != nil {
			fail(c, http.StatusBadRequest, err.Error())
			return
		}
		handle(c, request)
	}
}

func (h *handlers) login(c *gin.Context, login predict.Login) {
	token, err := h.service.Login(login)
	if errors.Is(err, predict.ErrCredentials) {
		fail(c, http.StatusUnauthorized, err.Error())
		return
	}
	if errors.Is(err, predict.ErrManyLogins) {
		c.Header("Retry-After", predict.RetryAfter)
		fail(c, http.StatusTooManyRequests, err.Error())
		return
	}
	if err != nil {
		fail(c, http.StatusInternalServerError, "internal server error")
		return
	}
	c.JSON(http.StatusOK, gin.H{
		"token":      token.Token,
		"token_type": token.TokenType,
		"expires_in": token.ExpiresIn,
	})
}

func (h *handlers) predict(c *gin.Context, request predict.Request) {
	p := h.service.Predict(&request)
	answer := gin.H{
		"prediction":    p.Prediction,
		"cached":        p.Cached,
		"model_version": p.ModelVersion,
	}
	if p.RequestID != "" {
		answer["request_id"] = p.RequestID
	}
	c.JSON(http.StatusOK, answer)
}

func (h *handlers) batchPredict(c *gin.Context, request predict.BatchRequest) {
	b := h.service.PredictBatch(&request)
	answer := gin.H{
		"predictions":        b.Predictions,
		"count":              b.Count,
		"model_version":      b.ModelVersion,
		"processing_time_ms": b.ProcessingTimeMS,
	}
	if b.RequestID != "" {
		answer["request_id"] = b.RequestID
	}
	c.JSON(http.StatusOK, answer)
}

func (h *handlers) health(c *gin.Context) {
	s := h.service.Health()
	c.JSON(s.HTTPStatus(), gin.H{
		"status":         s.Status,
		"timestamp":      s.Timestamp,
		"uptime_seconds": s.UptimeSeconds,
		"model_loaded":   s.ModelLoaded,
	})
}

func (h *handlers) modelInfo(c *gin.Context) {
	m := h.service.ModelInfo()
	c.JSON(http.StatusOK, gin.H{
		"version":        m.Version,
		"input_features": m.InputFeatures,
		"model_type":     m.ModelType,
		"training_date":  m.TrainingDate,
		"accuracy":       m.Accuracy,
		"framework":      m.Framework,
	})
}

func (h *handlers) cacheStats(c *gin.Context) {
	s := h.service.CacheStats()
	c.JSON(http.StatusOK, gin.H{
		"size":           s.Size,
		"hit_rate":       s.HitRate,
		"total_requests": s.TotalRequests,
		"cache_hits":     s.CacheHits,
		"cache_misses":   s.CacheMisses,
	})
}

func (h *handlers) cacheClear(c *gin.Context) {
	cleared := h.service.ClearCache()
	c.JSON(http.StatusOK, gin.H{
		"message":         cleared.Message,
		"entries_cleared": cleared.EntriesCleared,
	})
}

// readBody reads the limited body, which is to be released, or answers why not.
func (h *handlers) readBody(c *gin.Context, limit int) (predict.Body, bool) {
	body, err := h.service.ReadBody(c.Request.Body, c.Request.ContentLength, limit)
	if err == nil {
		return body, true
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, predict.ErrBodyTooLarge), errors.As(err, &tooLarge):
		fail(c, http.StatusRequestEntityTooLarge, predict.ErrBodyTooLarge.Error())
	case errors.Is(err, predict.ErrBusy):
		c.Header("Retry-After", predict.RetryAfter)
		fail(c, http.StatusServiceUnavailable, err.Error())
	case errors.Is(err, os.ErrDeadlineExceeded):
		fail(c, http.StatusRequestTimeout, "the request body did not come in time")
	default:
		fail(c, http.StatusBadRequest, "cannot read the request body")
	}
	return predict.Body{}, false
}

func (h *handlers) metrics(c *gin.Context) {
	if err := h.service.AuthorizeMetrics(c.Request.Header["Authorization"]...); err != nil {
		c.Header("WWW-Authenticate", "Bearer")
		fail(c, http.StatusUnauthorized, err.Error())
		return
	}
	h.service.Metrics().ServeHTTP(c.Writer, c.Request)
}
