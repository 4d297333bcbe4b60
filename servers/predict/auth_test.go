package predict

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/crypto/bcrypt"
)

func testAuthority(t *testing.T) *authority {
	t.Helper()
	a, err := newAuthority("alice", "correct horse", []byte(strings.Repeat("k", minSecret)), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestLogin(t *testing.T) {
	a := testAuthority(t)
	for _, l := range []Login{
		{"alice", "wrong horse"}, {"bob", "correct horse"}, {"", ""}, {"alice", "correct horse\x00"}, {"alice ", "correct horse"},
	} {
		if _, err := a.login(l); !errors.Is(err, ErrCredentials) {
			t.Errorf("%q: %v, want ErrCredentials", l, err)
		}
	}
	token, err := a.login(Login{"alice", "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	if token.TokenType != "bearer" || token.ExpiresIn != 86400 {
		t.Errorf("token %+v", token)
	}
	if err := a.authorize("bearer " + token.Token); err != nil {
		t.Errorf("own token: %v", err)
	}
}

// bcrypt reads 72 bytes only: without a digest before it, all longer passwords
// with the same beginning would be one.
func TestLongPasswordsAreCompared(t *testing.T) {
	long := strings.Repeat("p", 80)
	a, err := newAuthority("alice", long+"x", make([]byte, minSecret), bcrypt.MinCost)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.login(Login{"alice", long + "y"}); !errors.Is(err, ErrCredentials) {
		t.Errorf("wrong end of a long password: %v", err)
	}
	if _, err := a.login(Login{"alice", long + "x"}); err != nil {
		t.Errorf("right long password: %v", err)
	}
}

func TestTokenExpires(t *testing.T) {
	a := testAuthority(t)
	issued := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	a.now = func() time.Time { return issued }
	token, err := a.login(Login{"alice", "correct horse"})
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		after time.Duration
		want  error
	}{{0, nil}, {tokenLife - time.Second, nil}, {tokenLife, errTokenExpired}, {tokenLife + time.Hour, errTokenExpired}} {
		a.now = func() time.Time { return issued.Add(tc.after) }
		if err := a.authorize("Bearer " + token.Token); !errors.Is(err, tc.want) {
			t.Errorf("after %v: %v, want %v", tc.after, err, tc.want)
		}
	}
}

func TestAuthorizeRefuses(t *testing.T) {
	a := testAuthority(t)
	sign := func(method jwt.SigningMethod, key any, change func(jwt.MapClaims)) string {
		claims := jwt.MapClaims{"iss": tokenIssuer, "sub": "alice", "exp": time.Now().Add(time.Hour).Unix(), "gen": a.generation}
		if change != nil {
			change(claims)
		}
		s, err := jwt.NewWithClaims(method, claims).SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return "Bearer " + s
	}
	good := sign(jwt.SigningMethodHS256, a.secret, nil)
	if err := a.authorize(good); err != nil {
		t.Fatalf("a good token: %v", err)
	}
	for _, tc := range []struct {
		name, header string
		want         error
	}{
		{"nothing", "", errNoToken},
		{"no scheme", strings.TrimPrefix(good, "Bearer "), errNoToken},
		{"other scheme", "Basic " + good[7:], errNoToken},
		{"scheme alone", "Bearer ", errNoToken},
		{"garbage", "Bearer a.b.c", errTokenInvalid},
		{"alg none", sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil), errTokenInvalid},
		{"other algorithm, right secret", sign(jwt.SigningMethodHS512, a.secret, nil), errTokenInvalid},
		{"other secret", sign(jwt.SigningMethodHS256, []byte("another secret of some 32 bytes.."), nil), errTokenInvalid},
		{"empty secret", sign(jwt.SigningMethodHS256, []byte{}, nil), errTokenInvalid},
		{"no expiry", sign(jwt.SigningMethodHS256, a.secret, func(c jwt.MapClaims) { delete(c, "exp") }), errTokenInvalid},
		{"other issuer", sign(jwt.SigningMethodHS256, a.secret, func(c jwt.MapClaims) { c["iss"] = "x" }), errTokenInvalid},
		{"changed payload", good[:len(good)/2] + "A" + good[len(good)/2+1:], errTokenInvalid},
	} {
		if err := a.authorize(tc.header); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
}

// L5: tokens are for who asked for them, as long as the password is the same,
// and are read strictly.
func TestTokensAreReadStrictly(t *testing.T) {
	a := testAuthority(t)
	sign := func(header, claims string) string {
		signing := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(claims))
		mac := hmac.New(sha256.New, a.secret)
		mac.Write([]byte(signing))
		return "Bearer " + signing + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	const plain = `{"alg":"HS256","typ":"JWT"}`
	exp := time.Now().Add(time.Hour).Unix()
	claims := func(format string, args ...any) string {
		return fmt.Sprintf(`{"iss":"mlbench",`+format+`}`, args...)
	}
	good := sign(plain, claims(`"sub":"alice","exp":%d,"gen":%q`, exp, a.generation))
	if err := a.authorize(good); err != nil {
		t.Fatalf("a good token: %v", err)
	}
	for name, header := range map[string]string{
		"no subject":             sign(plain, claims(`"exp":%d,"gen":%q`, exp, a.generation)),
		"another subject":        sign(plain, claims(`"sub":"bob","exp":%d,"gen":%q`, exp, a.generation)),
		"subject in capitals":    sign(plain, claims(`"SUB":"alice","exp":%d,"gen":%q`, exp, a.generation)),
		"no generation":          sign(plain, claims(`"sub":"alice","exp":%d`, exp)),
		"another generation":     sign(plain, claims(`"sub":"alice","exp":%d,"gen":%q`, exp, TokenGeneration(a.secret, "alice", "wrong horse"))),
		"generation is a list":   sign(plain, claims(`"sub":"alice","exp":%d,"gen":[%q]`, exp, a.generation)),
		"expiry as text":         sign(plain, claims(`"sub":"alice","exp":"%d","gen":%q`, exp, a.generation)),
		"expiry in capitals":     sign(plain, claims(`"sub":"alice","EXP":%d,"gen":%q`, exp, a.generation)),
		"expiry is null":         sign(plain, claims(`"sub":"alice","exp":null,"gen":%q`, a.generation)),
		"not before as text":     sign(plain, claims(`"sub":"alice","exp":%d,"nbf":"0","gen":%q`, exp, a.generation)),
		"something critical":     sign(`{"alg":"HS256","crit":["x"],"x":1}`, claims(`"sub":"alice","exp":%d,"gen":%q`, exp, a.generation)),
		"nothing critical":       sign(`{"alg":"HS256","crit":[]}`, claims(`"sub":"alice","exp":%d,"gen":%q`, exp, a.generation)),
		"another last character": good[:len(good)-1] + string(good[len(good)-1]+1),
		"padded":                 good + "=",
	} {
		if err := a.authorize(header); !errors.Is(err, errTokenInvalid) {
			t.Errorf("%s: %v, want errTokenInvalid", name, err)
		}
	}
}

// L5: of two Authorization headers none counts.
func TestTwoAuthorizationsAreNone(t *testing.T) {
	s, _ := newTestService(t, Options{})
	token, err := s.Login(Login{demoUsername, demoPassword})
	if err != nil {
		t.Fatal(err)
	}
	good := "Bearer " + token.Token
	for _, headers := range [][]string{{good, good}, {good, "Basic x"}, {"Basic x", good}, {}} {
		if s.Authorize(headers...) == nil {
			t.Errorf("%d headers are accepted", len(headers))
		}
	}
	if err := s.Authorize(good); err != nil {
		t.Error(err)
	}
}

// M5: who waits for too long a queue is turned away before any work.
func TestLoginsAreFewAtATime(t *testing.T) {
	a := testAuthority(t)
	for range cap(a.turns) {
		a.turns <- struct{}{} // somebody's turn
	}
	answers := make(chan error)
	for range maxWaiting + 5 {
		go func() {
			_, err := a.login(Login{"alice", "wrong horse"})
			answers <- err
		}()
	}
	for range 5 {
		if err := <-answers; !errors.Is(err, ErrManyLogins) {
			t.Errorf("%v, want ErrManyLogins", err)
		}
	}
	for range cap(a.turns) {
		<-a.turns
	}
	for range maxWaiting {
		if err := <-answers; !errors.Is(err, ErrCredentials) {
			t.Errorf("%v, want ErrCredentials", err)
		}
	}
}
