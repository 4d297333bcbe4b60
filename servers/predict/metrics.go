package predict

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// UnmatchedRoute is the route label of requests that match no route, so that
// strange paths do not make new series.
const UnmatchedRoute = "unmatched"

// durationBuckets are seconds, from a cache hit to a stall.
var durationBuckets = []float64{50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 1, 5}

// metrics has a registry of its own: several servers may run in one process
// (tests do), and none may see the others' figures.
type metrics struct {
	requests    *prometheus.CounterVec
	durations   *prometheus.HistogramVec
	predictions prometheus.Counter
	handler     http.Handler
}

func newMetrics(c *cache, l *predictionLog) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "mlbench_http_requests_total", Help: "Answered requests by route and status.",
		}, []string{"route", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "mlbench_http_request_duration_seconds", Help: "Time from routing to the rendered answer.", Buckets: durationBuckets,
		}, []string{"route"}),
		predictions: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "mlbench_predictions_total", Help: "Predictions answered, each sample of a batch counted.",
		}),
	}
	read := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, value)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.requests, m.durations, m.predictions,
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		read("mlbench_cache_hits_total", "Predictions answered from the cache.",
			func() float64 { return float64(c.stats().CacheHits) }),
		read("mlbench_cache_misses_total", "Predictions that asked the model.",
			func() float64 { return float64(c.stats().CacheMisses) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "mlbench_cache_entries", Help: "Predictions held in the cache."},
			func() float64 { return float64(c.stats().Size) }),
	)
	if l != nil {
		registry.MustRegister(
			read("mlbench_prediction_log_records_total", "Records written to the prediction log.",
				func() float64 { return float64(l.written.Load()) }),
			read("mlbench_prediction_log_dropped_total", "Records that did not reach the prediction log.",
				func() float64 { return float64(l.dropped.Load()) }),
		)
	}
	m.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{Registry: registry})
	return m
}

func (m *metrics) observe(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.durations.WithLabelValues(route).Observe(took.Seconds())
}
