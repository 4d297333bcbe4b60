package servers

import (
	"fmt"
	"strings"
)

// Errors of legacy's hand-written checks.
const (
	badObject   = "request body must be a JSON object"
	badFeatures = "features must be a list of 10 numbers from -1000 to 1000"
	badSamples  = "samples must be a list of 1 to 100 lists of 10 numbers from -1000 to 1000"
	badID       = "request_id must be a string of at most 128 characters"
	badUsername = "username must be a string of 3 to 50 characters"
	badPassword = "password must be a string of at least 8 characters"
)

const (
	prediction       = `{"prediction":"<number>","cached":false,"model_version":"<string>"}`
	cachedPrediction = `{"prediction":"<number>","cached":true,"model_version":"<string>"}`
	ten              = `[1,2,3,4,5,6,7,8,9,10]`
)

func get(path string) request        { return request{method: "GET", path: path} }
func post(path, body string) request { return request{method: "POST", path: path, body: body} }

// list is a JSON list of ten numbers that begins with the given items.
func list(items ...string) string {
	for len(items) < 10 {
		items = append(items, "0.5")
	}
	return "[" + strings.Join(items, ",") + "]"
}

func features(list string) request { return post("/predict", `{"features":`+list+`}`) }

func samples(lists ...string) request {
	return post("/batch-predict", `{"samples":[`+strings.Join(lists, ",")+`]}`)
}

func batch(n int) string {
	return fmt.Sprintf(`{"predictions":["<number>"%s],"count":%d,"model_version":"<string>","processing_time_ms":"<number>"}`,
		strings.Repeat(`,"<number>"`, n-1), n)
}

func validRows() []row {
	withID := strings.Replace(cachedPrediction, `}`, `,"request_id":"Grüße 世界 🚀"}`, 1)
	batchWithID := strings.Replace(batch(1), `}`, `,"request_id":"b-1"}`, 1)
	hundred := make([]string, 100)
	for i := range hundred {
		hundred[i] = list(fmt.Sprint(i))
	}
	return []row{
		{"health", get("/health"), both(200, `{"status":"healthy","timestamp":"<time>","uptime_seconds":"<number>","model_loaded":true}`)},
		{"model info", get("/model-info"), both(200, `{"version":"<string>","input_features":10,"model_type":"RandomForestRegressor","training_date":"<time>","accuracy":"<number>","framework":"<string>"}`)},
		{"no stats before the first request", get("/cache/stats"), both(200, `{"size":0,"hit_rate":0,"total_requests":0,"cache_hits":0,"cache_misses":0}`)},
		{"predict", features(ten), both(200, prediction)},
		{"predict again", features(ten), both(200, cachedPrediction)},
		{"other spellings of the same numbers", features(`[1.0,2e0,0.3E+1,4,5.00,6,7,8,9,1e1]`), both(200, cachedPrediction)},
		{"minus zero is zero", features(list("0", "-0")), both(200, prediction)},
		{"minus zero is zero, again", features(list("-0", "0")), both(200, cachedPrediction)},
		{"a number too small for a float64 is zero", features(list("1e-999", "0")), both(200, cachedPrediction)},
		{"unicode request id", post("/predict", `{"request_id":"Grüße 世界 \ud83d\ude80","features":`+ten+`}`), both(200, withID)},
		{"empty request id", post("/predict", `{"request_id":"","features":`+ten+`}`), both(200, cachedPrediction)},
		{"null request id", post("/predict", `{"request_id":null,"features":`+ten+`}`), both(200, cachedPrediction)},
		{"limits belong", features(list("-1000", "1000")), both(200, prediction)},
		{"batch of 1", post("/batch-predict", `{"samples":[`+ten+`],"request_id":"b-1"}`), both(200, batchWithID)},
		{"batch of 100", samples(hundred...), both(200, batch(100))},
		{"cache stats", get("/cache/stats"), both(200, `{"size":103,"hit_rate":"<number>","total_requests":111,"cache_hits":8,"cache_misses":103}`)},
		{"cache clear", post("/cache/clear", ""), both(200, `{"message":"cache cleared","entries_cleared":103}`)},
		{"cache clear ignores a body", post("/cache/clear", "{"), both(200, `{"message":"cache cleared","entries_cleared":0}`)},
		{"clear keeps the counts", get("/cache/stats"), both(200, `{"size":0,"hit_rate":"<number>","total_requests":111,"cache_hits":8,"cache_misses":103}`)},
		{"predict after clear", features(ten), both(200, prediction)},
	}
}

func predictRows() []row {
	const place = "body.features[0]: "
	id := func(value string) request { return post("/predict", `{"request_id":`+value+`,"features":`+ten+`}`) }
	return []row{
		{"NaN", features(list("NaN")), invalid(badObject, "body: invalid JSON at byte …")},
		{"Infinity", features(list("Infinity")), invalid(badObject, "body: invalid JSON at byte …")},
		{"minus Infinity", features(list("-Infinity")), invalid(badObject, "body: invalid JSON at byte …")},
		{"1e999", features(list("1e999")), invalid(badFeatures, place+"expected number")},
		{"hexadecimal", features(list("0x10")), invalid(badObject, "body: invalid JSON at byte …")},
		{"0 features", features(`[]`), invalid(badFeatures, "body.features: expected array length >= 10")},
		{"9 features", features(`[1,2,3,4,5,6,7,8,9]`), invalid(badFeatures, "body.features: expected array length >= 10")},
		{"11 features", features(`[1,2,3,4,5,6,7,8,9,10,11]`), invalid(badFeatures, "body.features: expected array length <= 10")},
		{"a string among features", features(list(`"1"`)), invalid(badFeatures, place+"expected number")},
		{"null among features", features(list(`null`)), invalid(badFeatures, place+"expected number")},
		{"a boolean among features", features(list(`true`)), invalid(badFeatures, place+"expected number")},
		{"a list among features", features(list(`[1]`)), invalid(badFeatures, place+"expected number")},
		{"an object among features", features(list(`{}`)), invalid(badFeatures, place+"expected number")},
		{"features are a string", features(`"1,2,3,4,5,6,7,8,9,10"`), invalid(badFeatures, "body.features: expected array")},
		{"features are null", features(`null`), invalid(badFeatures, "body.features: expected array")},
		{"features are an object", features(`{"0":1}`), invalid(badFeatures, "body.features: expected array")},
		{"no features", post("/predict", `{}`), invalid(badFeatures, "body: expected required property features to be present")},
		{"features in another case", post("/predict", `{"Features":`+ten+`}`), invalid(badFeatures,
			"body: expected required property features to be present", "body.Features: unexpected property")},
		{"above the limit", features(list("1000.0000000000001")), invalid(badFeatures, place+"expected number <= 1000")},
		{"below the limit", features(list("-1000.0000000000001")), invalid(badFeatures, place+"expected number >= -1000")},
		{"each offence is named", features(list("1001", "0", `"x"`, "0", "0", "0", "0", "0", "0", "-1e300")), invalid(badFeatures,
			place+"expected number <= 1000", "body.features[2]: expected number", "body.features[9]: expected number >= -1000")},
		{"request id is a number", id(`7`), invalid(badID, "body.request_id: expected string")},
		{
			"request id of 128 characters", id(`"` + strings.Repeat("ü", 128) + `"`),
			both(200, strings.Replace(cachedPrediction, `}`, `,"request_id":"`+strings.Repeat("ü", 128)+`"}`, 1)),
		},
		{"request id of 129 characters", id(`"` + strings.Repeat("ü", 129) + `"`), invalid(badID, "body.request_id: expected length <= 128")},
		{"invalid UTF-8 is replaced", id("\"\xff\""), both(200, strings.Replace(cachedPrediction, `}`, `,"request_id":"`+"\ufffd"+`"}`, 1))},
		{"equal keys", post("/predict", `{"features":`+list()+`,"features":`+ten+`}`), oneReading("features is given more than once")},
		{"equal keys, one of them null", post("/predict", `{"features":`+ten+`,"request_id":"a","request_id":null}`), oneReading("request_id is given more than once")},
		{"equal keys in another case", post("/predict", `{"features":`+ten+`,"Features":`+ten+`}`), oneReading("Features is given more than once")},
		{"equal keys, one of them escaped", post("/predict", `{"features":`+ten+`,"\u0066eatures":`+ten+`}`), oneReading("features is given more than once")},
		{"equal keys by the rules of Unicode", post("/predict", `{"features":`+ten+`,"request_id":"a","reque\u017ft_id":"b"}`), oneReading("requeſt_id is given more than once")},
		{"equal keys further down", post("/predict", `{"features":`+ten+`,"meta":[{"a":{"b":1,"b":2}}]}`), oneReading("b is given more than once")},
		{"unknown fields", post("/predict", `{"features":`+ten+`,"zz":1,"aa":{}}`), differing(
			"legacy ignores what it does not know, as older services do; modern's types refuse it, which finds misspelt names",
			answer{200, cachedPrediction},
			modernFails(422, "validation failed", "validation_error", "body.aa: unexpected property", "body.zz: unexpected property"))},
	}
}

func batchRows() []row {
	hundredAndOne := make([]string, 101)
	for i := range hundredAndOne {
		hundredAndOne[i] = ten
	}
	return []row{
		{"batch of 0", samples(), invalid(badSamples, "body.samples: expected array length >= 1")},
		{"batch of 101", samples(hundredAndOne...), invalid(badSamples, "body.samples: expected array length <= 100")},
		{"a sample of 9", samples(ten, `[1,2,3,4,5,6,7,8,9]`), invalid(badSamples, "body.samples[1]: expected array length >= 10")},
		{"a sample of 11", samples(`[1,2,3,4,5,6,7,8,9,10,11]`, ten), invalid(badSamples, "body.samples[0]: expected array length <= 10")},
		{"a sample is a number", samples(ten, `7`), invalid(badSamples, "body.samples[1]: expected array")},
		{"a sample is null", samples(`null`), invalid(badSamples, "body.samples[0]: expected array")},
		{"one flat sample", post("/batch-predict", `{"samples":`+ten+`}`), invalid(badSamples,
			"body.samples[0]: expected array", "body.samples[1]: expected array", "body.samples[2]: expected array", "body.samples[3]: expected array",
			"body.samples[4]: expected array", "body.samples[5]: expected array", "body.samples[6]: expected array", "body.samples[7]: expected array",
			"body.samples[8]: expected array", "body.samples[9]: expected array")},
		{"offences in two samples", samples(list("1001"), ten, list("0", "1e999")), invalid(badSamples,
			"body.samples[0][0]: expected number <= 1000", "body.samples[2][1]: expected number")},
		{"no samples", post("/batch-predict", `{"features":`+ten+`}`), invalid(badSamples,
			"body: expected required property samples to be present", "body.features: unexpected property")},
		{"samples are null", post("/batch-predict", `{"samples":null}`), invalid(badSamples, "body.samples: expected array")},
		{
			"batch request id too long", post("/batch-predict", `{"samples":[`+ten+`],"request_id":"`+strings.Repeat("a", 129)+`"}`),
			invalid(badID, "body.request_id: expected length <= 128"),
		},
	}
}

func loginRows() []row {
	login := func(body string) request { return request{method: "POST", path: "/login", auth: "-", body: body} }
	const goodLogin = `{"username":"admin","password":"password"}`
	const token = `{"token":"<string>","token_type":"bearer","expires_in":86400}`
	wrong := refused(401, "wrong username or password", "wrong username or password", "unauthorized")
	return []row{
		{"login", login(goodLogin), both(200, token)},
		{
			"login without a content type",
			request{method: "POST", path: "/login", auth: "-", contentType: "-", body: goodLogin},
			both(200, token),
		},
		{
			"login as curl -d sends it",
			request{method: "POST", path: "/login", auth: "-", contentType: "application/x-www-form-urlencoded; charset=utf-8", body: goodLogin},
			both(200, token),
		},
		{"login of more than 16 kB", login(goodLogin + strings.Repeat(" ", 16<<10)), refused(413, "request body is too large", "request entity too large", "body_too_large")},
		{"login with two passwords", login(`{"username":"admin","password":"password","PASSWORD":"password"}`), oneReading("PASSWORD is given more than once")},
		{"wrong password", login(`{"username":"admin","password":"Password"}`), wrong},
		{"wrong username", login(`{"username":"Admin","password":"password"}`), wrong},
		{"username of 2", login(`{"username":"ad","password":"password"}`), invalid(badUsername, "body.username: expected length >= 3")},
		{"username of 50", login(`{"username":"` + strings.Repeat("ü", 50) + `","password":"password"}`), wrong},
		{"username of 51", login(`{"username":"` + strings.Repeat("ü", 51) + `","password":"password"}`), invalid(badUsername, "body.username: expected length <= 50")},
		{"password of 7", login(`{"username":"admin","password":"passwor"}`), invalid(badPassword, "body.password: expected length >= 8")},
		{"very long password", login(`{"username":"admin","password":"` + strings.Repeat("p", 1000) + `"}`), wrong},
		{"no password", login(`{"username":"admin"}`), invalid(badPassword, "body: expected required property password to be present")},
		{"both too short", login(`{"username":"a","password":"b"}`), invalid(badUsername,
			"body.password: expected length >= 8", "body.username: expected length >= 3")},
		{"username is a number", login(`{"username":12345,"password":"password"}`), invalid(badUsername, "body.username: expected string")},
	}
}
