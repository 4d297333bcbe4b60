package modern

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"

	"github.com/mlbench/mlbench/servers/predict"
)

// register declares every operation: its types are its validation and its
// documentation.
func register(api huma.API, s *predict.Service) {
	huma.Register(api, post("login", "/login", "Exchange credentials for a token",
		http.StatusUnauthorized, http.StatusTooManyRequests),
		func(_ context.Context, in *body[loginBody]) (*body[predict.Token], error) {
			token, err := s.Login(predict.Login{Username: in.Body.Username, Password: in.Body.Password})
			switch {
			case errors.Is(err, predict.ErrCredentials):
				return nil, huma.Error401Unauthorized(err.Error())
			case errors.Is(err, predict.ErrManyLogins):
				return nil, huma.ErrorWithHeaders(huma.Error429TooManyRequests(err.Error()),
					http.Header{fiber.HeaderRetryAfter: {predict.RetryAfter}})
			}
			return &body[predict.Token]{token}, err
		})
	huma.Register(api, get("health", "/health", "Whether the service is fit for work"),
		func(context.Context, *struct{}) (*answer[predict.Health], error) {
			h := s.Health()
			return &answer[predict.Health]{h.HTTPStatus(), h}, nil
		})
	huma.Register(api, private(post("predict", "/predict", "Predict one sample")),
		func(_ context.Context, in *body[predictBody]) (*body[predict.Prediction], error) {
			r := predict.Request{Features: predict.Features(in.Body.Features), RequestID: in.Body.RequestID}
			return &body[predict.Prediction]{s.Predict(&r)}, nil
		})
	huma.Register(api, private(post("batch-predict", "/batch-predict", "Predict up to 100 samples")),
		func(_ context.Context, in *body[batchBody]) (*body[predict.Batch], error) {
			return &body[predict.Batch]{s.PredictBatch(&in.Body.read)}, nil
		})
	huma.Register(api, get("model-info", "/model-info", "The loaded model and its measured figures"),
		func(context.Context, *struct{}) (*body[predict.ModelInfo], error) {
			return &body[predict.ModelInfo]{s.ModelInfo()}, nil
		})
	huma.Register(api, private(get("cache-stats", "/cache/stats", "What the prediction cache did since start")),
		func(context.Context, *struct{}) (*body[predict.CacheStats], error) {
			return &body[predict.CacheStats]{s.CacheStats()}, nil
		})
	huma.Register(api, private(bodyless(post("cache-clear", "/cache/clear", "Forget every cached prediction"))),
		func(context.Context, *struct{}) (*body[predict.Cleared], error) {
			return &body[predict.Cleared]{s.ClearCache()}, nil
		})
}

func get(id, path, summary string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path, Summary: summary,
		Errors: []int{http.StatusInternalServerError},
	}
}

// post is an operation with a body. It is read and limited before huma looks
// (see readBody), and checked as it is decoded (see format), so huma's own limit
// and check are off.
func post(id, path, summary string, more ...int) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: http.MethodPost, Path: path, Summary: summary,
		Errors: append([]int{
			http.StatusRequestTimeout, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
			http.StatusUnprocessableEntity, http.StatusServiceUnavailable,
		}, more...),
		MaxBodyBytes: -1, SkipValidateBody: true,
	}
}

// bodyless is a POST that takes no body.
func bodyless(op huma.Operation) huma.Operation {
	op.Errors = nil
	return op
}

// private asks for a token; authorize enforces it.
func private(op huma.Operation) huma.Operation {
	op.Security = []map[string][]string{{bearer: {}}}
	op.Errors = append(op.Errors, http.StatusUnauthorized)
	return op
}

// openAPI is the document of all operations, /metrics among them.
func openAPI(api huma.API) ([]byte, error) {
	document := api.OpenAPI()
	document.AddOperation(&huma.Operation{
		OperationID: "metrics", Method: http.MethodGet, Path: "/metrics", Summary: "Figures for Prometheus",
		Responses: map[string]*huma.Response{"200": {
			Description: http.StatusText(http.StatusOK),
			Content:     map[string]*huma.MediaType{"text/plain": {Schema: &huma.Schema{Type: huma.TypeString}}},
		}},
	})
	rendered, err := json.Marshal(document)
	if err != nil {
		return nil, fmt.Errorf("render the OpenAPI document: %w", err)
	}
	return rendered, nil
}
