package servers

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/mlbench/mlbench/servers/predict"
)

// bodyRows are about bodies as bytes: JSON or not, how large, how labelled.
func bodyRows() []row {
	raw := func(body string) request { return post("/predict", body) }
	labelled := func(contentType, body string) request {
		return request{method: "POST", path: "/predict", contentType: contentType, body: body}
	}
	good := `{"features":` + ten + `}`
	padded := good + strings.Repeat(" ", 1<<20-len(good)) // 1 MB to the byte
	unreadable := func(why string) answers { return invalid(badObject, "body: "+why) }
	syntaxError := unreadable("invalid JSON at byte …")
	empty := answers{legacyFails(400, badObject), modernFails(422, "request body is required", "validation_error", "body: request body is required"), ""}
	tooLarge := refused(413, "request body is too large", "request entity too large", "body_too_large")
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	w.Write([]byte(good))
	w.Close()
	zipped := raw(gz.String())
	zipped.header = map[string]string{"Content-Encoding": "gzip"}
	tooLargeNoToken := raw(padded + " ")
	tooLargeNoToken.auth = "-"
	return []row{
		{"empty body", raw(""), empty},
		{"white space only", raw(" \n"), unreadable("invalid JSON: it ends too early")},
		{"cut off", raw(`{"features":[1,2`), unreadable("invalid JSON: it ends too early")},
		{"trailing comma", raw(`{"features":` + ten + `,}`), syntaxError},
		{"single quotes", raw(`{'features':` + ten + `}`), syntaxError},
		{"two values", raw(good + good), unreadable("invalid JSON: more than one value")},
		{"a list", raw(ten), unreadable("expected object")},
		{"a string", raw(`"features"`), unreadable("expected object")},
		{"a number", raw(`7`), unreadable("expected object")},
		{"null", raw(`null`), unreadable("expected object")},
		{"not text", raw("\x00\x01\x02"), syntaxError},
		{"nested too deep", raw(strings.Repeat(`[`, 20000)), syntaxError},
		{"nested deep", raw(`{"features":` + strings.Repeat(`[`, 17) + strings.Repeat(`]`, 17) + `}`), oneReading("lists and objects are nested more than 16 deep")},
		{"too many fields", raw(manyFields(33)), oneReading("an object has more than 32 fields")},
		{"1 MB", raw(padded), both(200, cachedPrediction)},
		{"1 MB and a byte", raw(padded + " "), tooLarge},
		{"4 MB", raw(strings.Repeat(padded, 4)), tooLarge},
		{"too large without a token", tooLargeNoToken, refused(401, "missing bearer token", "missing bearer token", "unauthorized")},
		{"charset", labelled("application/json; charset=utf-8", good), both(200, cachedPrediction)},
		{"no content type", labelled("-", good), both(200, cachedPrediction)},
		{"text", labelled("text/plain", good), differing(
			"legacy never looks at the content type; modern reads JSON only",
			answer{200, cachedPrediction},
			modernFails(415, "unsupported media type: send application/json", "unsupported_media_type"))},
		{"the type of forms, as curl -d says", labelled("application/x-www-form-urlencoded", good), both(200, cachedPrediction)},
		{"gzip", zipped, differing(
			"neither inflates bodies; modern says so, to legacy it is broken JSON",
			legacyFails(400, badObject),
			modernFails(415, "encoded request bodies are not supported", "unsupported_media_type"))},
	}
}

// oneReading is what both say of JSON that is refused before any rule.
func oneReading(why string) answers { return invalid(why, "body: "+why) }

func manyFields(n int) string {
	fields := make([]string, n)
	for i := range fields {
		fields[i] = fmt.Sprintf(`"k%d":1`, i)
	}
	return "{" + strings.Join(fields, ",") + "}"
}

func tokenRows(t *testing.T) []row {
	sign := func(method jwt.SigningMethod, key any, life time.Duration) string {
		token, err := jwt.NewWithClaims(method, jwt.MapClaims{
			"iss": "mlbench", "sub": "admin", "exp": time.Now().Add(life).Unix(),
			"gen": predict.TokenGeneration([]byte(testSecret), "admin", "password"),
		}).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + token
	}
	hs256, good := jwt.SigningMethodHS256, sign(jwt.SigningMethodHS256, []byte(testSecret), time.Hour)
	with := func(path, auth string) request {
		return request{method: "POST", path: path, auth: auth, body: `{"features":` + ten + `}`}
	}
	no := func(why string) answers { return refused(401, why, why, "unauthorized") }
	stats := get("/cache/stats")
	stats.auth = "-"
	invalidBody := with("/predict", "-")
	invalidBody.body = "{"
	return []row{
		{"signed with the right secret", with("/predict", good), both(200, cachedPrediction)},
		{"scheme in lower case", with("/predict", "bearer"+good[6:]), both(200, cachedPrediction)},
		{"no token", with("/predict", "-"), no("missing bearer token")},
		{"no token, batch", with("/batch-predict", "-"), no("missing bearer token")},
		{"no token, cache stats", stats, no("missing bearer token")},
		{"no token, cache clear", with("/cache/clear", "-"), no("missing bearer token")},
		{"no token and an invalid body", invalidBody, no("missing bearer token")},
		{"basic", with("/predict", "Basic YWRtaW46cGFzc3dvcmQ="), no("missing bearer token")},
		{"garbage", with("/predict", "Bearer x.y.z"), no("invalid token")},
		{"expired", with("/predict", sign(hs256, []byte(testSecret), -time.Minute)), no("token has expired")},
		{"forged", with("/predict", sign(hs256, []byte("another secret of at least 32 bytes"), time.Hour)), no("invalid token")},
		{"expired and forged", with("/predict", sign(hs256, []byte("another secret of at least 32 bytes"), -time.Hour)), no("invalid token")},
		{"alg none", with("/predict", sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, time.Hour)), no("invalid token")},
		{"HS512 with the right secret", with("/predict", sign(jwt.SigningMethodHS512, []byte(testSecret), time.Hour)), no("invalid token")},
		{"cut off token", with("/predict", good[:len(good)-5]), no("invalid token")},
	}
}

func routeRows() []row {
	notFound := refused(404, "not found", "not found", "not_found")
	notAllowed := refused(405, "method not allowed", "method not allowed", "method_not_allowed")
	use := func(method, path string) request { return request{method: method, path: path} }
	return []row{
		{"unknown path", use("GET", "/nope"), notFound},
		{"root", use("GET", "/"), notFound},
		{"unknown path, no token", request{method: "POST", path: "/nope", auth: "-"}, notFound},
		{"trailing slash", use("POST", "/predict/"), notFound},
		{"path in another case", use("GET", "/Health"), notFound},
		{"path below", use("GET", "/cache"), notFound},
		{"GET predict", use("GET", "/predict"), notAllowed},
		{"PUT predict", use("PUT", "/predict"), notAllowed},
		{"OPTIONS predict", use("OPTIONS", "/predict"), notAllowed},
		{"POST health", use("POST", "/health"), notAllowed},
		{"HEAD health", use("HEAD", "/health"), notAllowed},
		{"DELETE cache clear", use("DELETE", "/cache/clear"), notAllowed},
		{"POST metrics", use("POST", "/metrics"), notAllowed},
		{"HEAD metrics", use("HEAD", "/metrics"), notAllowed},
		{"unknown method", use("BREW", "/predict"), notAllowed},
		{"unknown method and path", use("BREW", "/nope"), notFound},
	}
}
