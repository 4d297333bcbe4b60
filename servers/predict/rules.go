package predict

import "github.com/mlbench/mlbench/servers/model"

// The limits of the API. Both servers enforce these; a test compares them with
// the limits in the published OpenAPI document.
const (
	FeatureLimit = 1000.0 // a feature lies in -FeatureLimit…FeatureLimit
	MaxSamples   = 100    // samples of one batch, at least 1
	MaxRequestID = 128    // characters of a request_id
	MinUsername  = 3      // characters
	MaxUsername  = 50     // characters
	MinPassword  = 8      // characters
)

// Features are the inputs of one prediction.
type Features = [model.Features]float64

// Login is the body of POST /login.
type Login struct {
	Username, Password string
}

// Request is the body of POST /predict.
type Request struct {
	Features  Features
	RequestID string // optional: echoed, and written to the prediction log
}

// BatchRequest is the body of POST /batch-predict.
type BatchRequest struct {
	Samples   []Features
	RequestID string
}

// Token is the answer to POST /login.
type Token struct {
	Token     string `json:"token" doc:"send it as 'Authorization: Bearer TOKEN'"`
	TokenType string `json:"token_type" enum:"bearer"`
	ExpiresIn int    `json:"expires_in" doc:"seconds" example:"86400"`
}

// Prediction is the answer to POST /predict.
type Prediction struct {
	Prediction   float64 `json:"prediction"`
	Cached       bool    `json:"cached" doc:"true when the answer came from the cache"`
	ModelVersion string  `json:"model_version"`
	RequestID    string  `json:"request_id,omitempty" doc:"as sent"`
}

// Batch is the answer to POST /batch-predict.
type Batch struct {
	Predictions      []float64 `json:"predictions" nullable:"false" doc:"in the order of the samples"`
	Count            int       `json:"count"`
	ModelVersion     string    `json:"model_version"`
	RequestID        string    `json:"request_id,omitempty" doc:"as sent"`
	ProcessingTimeMS float64   `json:"processing_time_ms" doc:"time spent predicting, measured"`
}

// Health is the answer to GET /health.
type Health struct {
	Status        string  `json:"status" enum:"healthy,degraded,unhealthy" doc:"degraded: prediction log records were lost within the last minute; unhealthy: shutting down"`
	Timestamp     string  `json:"timestamp" format:"date-time"`
	UptimeSeconds float64 `json:"uptime_seconds"`
	ModelLoaded   bool    `json:"model_loaded"`
}

// ModelInfo is the answer to GET /model-info: the figures of the loaded model.
type ModelInfo struct {
	Version       string  `json:"version"`
	InputFeatures int     `json:"input_features"`
	ModelType     string  `json:"model_type"`
	TrainingDate  string  `json:"training_date" format:"date-time"`
	Accuracy      float64 `json:"accuracy" doc:"R² on rows held out from training, 0…1"`
	Framework     string  `json:"framework"`
}

// CacheStats is the answer to GET /cache/stats. The counts are since start:
// clearing the cache does not reset them.
type CacheStats struct {
	Size          int     `json:"size" doc:"entries held now"`
	HitRate       float64 `json:"hit_rate" doc:"cache_hits / total_requests, 0 before the first"`
	TotalRequests uint64  `json:"total_requests"`
	CacheHits     uint64  `json:"cache_hits"`
	CacheMisses   uint64  `json:"cache_misses"`
}

// Cleared is the answer to POST /cache/clear.
type Cleared struct {
	Message        string `json:"message"`
	EntriesCleared int    `json:"entries_cleared"`
}
