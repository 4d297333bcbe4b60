package predict

import (
	"errors"
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
	}{{0, nil}, {tokenLife - time.Second, nil}, {tokenLife, ErrTokenExpired}, {tokenLife + time.Hour, ErrTokenExpired}} {
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
		{"nothing", "", ErrNoToken},
		{"no scheme", strings.TrimPrefix(good, "Bearer "), ErrNoToken},
		{"other scheme", "Basic " + good[7:], ErrNoToken},
		{"scheme alone", "Bearer ", ErrNoToken},
		{"garbage", "Bearer a.b.c", ErrTokenInvalid},
		{"alg none", sign(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, nil), ErrTokenInvalid},
		{"other algorithm, right secret", sign(jwt.SigningMethodHS512, a.secret, nil), ErrTokenInvalid},
		{"other secret", sign(jwt.SigningMethodHS256, []byte("another secret of some 32 bytes.."), nil), ErrTokenInvalid},
		{"empty secret", sign(jwt.SigningMethodHS256, []byte{}, nil), ErrTokenInvalid},
		{"no expiry", sign(jwt.SigningMethodHS256, a.secret, func(c jwt.MapClaims) { delete(c, "exp") }), ErrTokenInvalid},
		{"other issuer", sign(jwt.SigningMethodHS256, a.secret, func(c jwt.MapClaims) { c["iss"] = "x" }), ErrTokenInvalid},
		{"changed payload", good[:len(good)/2] + "A" + good[len(good)/2+1:], ErrTokenInvalid},
	} {
		if err := a.authorize(tc.header); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
}
