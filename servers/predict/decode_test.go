package predict

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

const ten = `[1,2,3,4,5,6,7,8,9,10]`

func TestDecodeRequest(t *testing.T) {
	oneToTen := Features{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for _, tc := range []struct {
		name, body string
		want       Request
		err        error
	}{
		{"plain", `{"features":` + ten + `}`, Request{Features: oneToTen}, nil},
		{"id", `{"features":` + ten + `,"request_id":"ü"}`, Request{oneToTen, "ü"}, nil},
		{"null id is none", `{"features":` + ten + `,"request_id":null}`, Request{Features: oneToTen}, nil},
		{
			"longest id in characters", `{"features":` + ten + `,"request_id":"` + strings.Repeat("ü", MaxRequestID) + `"}`,
			Request{oneToTen, strings.Repeat("ü", MaxRequestID)},
			nil,
		},
		{"id too long", `{"features":` + ten + `,"request_id":"` + strings.Repeat("a", MaxRequestID+1) + `"}`, Request{}, errRequestID},
		{"id of another type", `{"features":` + ten + `,"request_id":7}`, Request{}, errRequestID},
		{"limits belong", `{"features":[-1000,1000,0,0,0,0,0,0,0,0]}`, Request{Features: Features{-1000, 1000}}, nil},
		{"just above", `{"features":[1000.0000000000001,0,0,0,0,0,0,0,0,0]}`, Request{}, errFeatures},
		{"just below", `{"features":[-1000.0000000000001,0,0,0,0,0,0,0,0,0]}`, Request{}, errFeatures},
		{"other case is another name", `{"Features":` + ten + `}`, Request{}, errFeatures},
		{"null", `null`, Request{}, errNotObject},
		{"trailing data", `{"features":` + ten + `} x`, Request{}, errNotObject},
	} {
		got, err := DecodeRequest(ReadJSON([]byte(tc.body)))
		if err != tc.err {
			t.Errorf("%s: error %v, want %v", tc.name, err, tc.err)
		}
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

func FuzzDecodeRequest(f *testing.F) {
	for _, seed := range []string{
		`{"features":` + ten + `,"request_id":"a"}`, `{"features":[NaN]}`, `{"features":[1e999,0,0,0,0,0,0,0,0,0]}`,
		`{"features":null}`, `[]`, ``, "{\"features\":" + ten + ",\"request_id\":\"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := DecodeRequest(ReadJSON(body))
		if err != nil {
			return
		}
		checkWithin(t, r.Features, r.RequestID)
		again, err := json.Marshal(map[string]any{"features": r.Features, "request_id": r.RequestID})
		if err != nil {
			t.Fatalf("accepted what JSON cannot say: %v", err)
		}
		back, err := DecodeRequest(ReadJSON(again))
		if err != nil || back != r {
			t.Fatalf("%+v does not survive a round trip: %+v, %v", r, back, err)
		}
	})
}

func FuzzDecodeBatch(f *testing.F) {
	for _, seed := range []string{
		`{"samples":[` + ten + `,` + ten + `]}`, `{"samples":[]}`, `{"samples":[[1]]}`, `{"samples":[null]}`, `{"samples":{}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := DecodeBatch(ReadJSON(body))
		if err != nil {
			return
		}
		if len(r.Samples) < 1 || len(r.Samples) > MaxSamples {
			t.Fatalf("accepted %d samples", len(r.Samples))
		}
		for _, x := range r.Samples {
			checkWithin(t, x, r.RequestID)
		}
	})
}

func FuzzDecodeLogin(f *testing.F) {
	f.Add([]byte(`{"username":"admin","password":"password"}`))
	f.Add([]byte(`{"username":1,"password":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		l, err := DecodeLogin(ReadJSON(body))
		if err != nil {
			return
		}
		n := utf8.RuneCountInString(l.Username)
		if n < MinUsername || n > MaxUsername || utf8.RuneCountInString(l.Password) < MinPassword {
			t.Fatalf("accepted %+v", l)
		}
	})
}

func checkWithin(t *testing.T, x Features, id string) {
	t.Helper()
	for _, v := range x {
		if !(math.Abs(v) <= FeatureLimit) { // also catches NaN
			t.Fatalf("accepted feature %v", v)
		}
	}
	if utf8.RuneCountInString(id) > MaxRequestID {
		t.Fatalf("accepted a request_id of %d characters", utf8.RuneCountInString(id))
	}
}
