package predict

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/crypto/bcrypt"
)

// Errors of Login and Authorize. Their texts may be shown to a client.
var (
	ErrCredentials  = errors.New("wrong username or password")
	errNoToken      = errors.New("missing bearer token")
	errTokenExpired = errors.New("token has expired")
	errTokenInvalid = errors.New("invalid token")
	ErrManyLogins   = errors.New("too many logins at a time: try again")
)

const (
	tokenLife   = 24 * time.Hour
	tokenIssuer = "mlbench"
	minSecret   = 32 // bytes: HS256 wants a key as long as its hash (RFC 7518 §3.2)
	// maxWaiting is how many logins may wait for their turn: about a second.
	maxWaiting = 32
	// generationClaim ties a token to the credentials that it was given for.
	generationClaim = "gen"
)

// authority knows the one account and signs its tokens.
type authority struct {
	username   string
	password   []byte // bcrypt hash
	secret     []byte
	generation string
	parser     *jwt.Parser
	now        func() time.Time

	// Comparing a password is dear on purpose, and anybody may ask for it: half
	// of the processors at most do so at a time.
	turns   chan struct{}
	waiting atomic.Int64
}

func newAuthority(username, password string, secret []byte, cost int) (*authority, error) {
	hash, err := bcrypt.GenerateFromPassword(passwordDigest(password), cost)
	if err != nil {
		return nil, fmt.Errorf("hash the password: %w", err)
	}
	a := &authority{
		username:   username,
		password:   hash,
		secret:     secret,
		generation: TokenGeneration(secret, username, password),
		now:        time.Now,
		turns:      make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
	}
	a.parser = jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), // refuses "none" and all else
		jwt.WithExpirationRequired(),
		jwt.WithIssuer(tokenIssuer),
		jwt.WithSubject(username),
		jwt.WithStrictDecoding(),
		jwt.WithTimeFunc(func() time.Time { return a.now() }),
	)
	return a, nil
}

// TokenGeneration is the claim "gen" of tokens that a server with these
// credentials accepts: when user or password change, its tokens end, even if
// the secret stays.
func TokenGeneration(secret []byte, username, password string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(username + "\x00" + password))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:12])
}

// login compares both halves always, so that a wrong name takes as long as a
// wrong password.
func (a *authority) login(l Login) (Token, error) {
	if a.waiting.Add(1) > maxWaiting {
		a.waiting.Add(-1)
		return Token{}, ErrManyLogins
	}
	a.turns <- struct{}{}
	a.waiting.Add(-1)
	nameOK := sameText(l.Username, a.username)
	passwordOK := bcrypt.CompareHashAndPassword(a.password, passwordDigest(l.Password)) == nil
	<-a.turns
	if !nameOK || !passwordOK {
		return Token{}, ErrCredentials
	}
	now := a.now()
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss":           tokenIssuer,
		"sub":           a.username,
		"iat":           now.Unix(),
		"exp":           now.Add(tokenLife).Unix(),
		generationClaim: a.generation,
	}).SignedString(a.secret)
	if err != nil {
		return Token{}, fmt.Errorf("sign the token: %w", err)
	}
	return Token{Token: signed, TokenType: "bearer", ExpiresIn: int(tokenLife / time.Second)}, nil
}

// sameText takes the same time wherever two texts differ.
func sameText(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// bearerToken is the token of an Authorization header, or "".
func bearerToken(header string) string {
	scheme, raw, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(raw)
}

// authorize checks the value of an Authorization header. The claims are read
// into a map, whose keys are exact: a struct would take EXP for exp.
func (a *authority) authorize(header string) error {
	raw := bearerToken(header)
	if raw == "" {
		return errNoToken
	}
	claims := make(jwt.MapClaims, 5)
	token, err := a.parser.ParseWithClaims(raw, claims, func(*jwt.Token) (any, error) {
		return a.secret, nil
	})
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return errTokenExpired
	case err != nil:
		return errTokenInvalid
	}
	// RFC 7515 §4.1.11: what a token calls critical is understood, or refused.
	_, critical := token.Header["crit"]
	generation, _ := claims[generationClaim].(string)
	if critical || subtle.ConstantTimeCompare([]byte(generation), []byte(a.generation)) != 1 {
		return errTokenInvalid
	}
	return nil
}

// passwordDigest makes any password fit bcrypt, which reads 72 bytes at most
// and stops at a NUL.
func passwordDigest(password string) []byte {
	sum := sha256.Sum256([]byte(password))
	return []byte(base64.StdEncoding.EncodeToString(sum[:]))
}

func randomSecret() []byte {
	b := make([]byte, minSecret)
	rand.Read(b) // never fails since Go 1.24
	return b
}
