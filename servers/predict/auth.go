package predict

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/crypto/bcrypt"
)

// Errors of Login and Authorize. Their texts may be shown to a client.
var (
	ErrCredentials  = errors.New("wrong username or password")
	ErrNoToken      = errors.New("missing bearer token")
	ErrTokenExpired = errors.New("token has expired")
	ErrTokenInvalid = errors.New("invalid token")
)

const (
	tokenLife   = 24 * time.Hour
	tokenIssuer = "mlbench"
	minSecret   = 32 // bytes: HS256 wants a key as long as its hash (RFC 7518 §3.2)
)

// authority knows the one account and signs its tokens.
type authority struct {
	username [sha256.Size]byte
	password []byte // bcrypt hash
	secret   []byte
	parser   *jwt.Parser
	now      func() time.Time
}

func newAuthority(username, password string, secret []byte, cost int) (*authority, error) {
	hash, err := bcrypt.GenerateFromPassword(passwordDigest(password), cost)
	if err != nil {
		return nil, fmt.Errorf("hash the password: %w", err)
	}
	a := &authority{
		username: sha256.Sum256([]byte(username)),
		password: hash,
		secret:   secret,
		now:      time.Now,
	}
	a.parser = jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), // refuses "none" and all else
		jwt.WithExpirationRequired(),
		jwt.WithIssuer(tokenIssuer),
		jwt.WithTimeFunc(func() time.Time { return a.now() }),
	)
	return a, nil
}

// login compares both halves always, so that a wrong name takes as long as a
// wrong password.
func (a *authority) login(l Login) (Token, error) {
	name := sha256.Sum256([]byte(l.Username))
	nameOK := subtle.ConstantTimeCompare(name[:], a.username[:]) == 1
	passwordOK := bcrypt.CompareHashAndPassword(a.password, passwordDigest(l.Password)) == nil
	if !nameOK || !passwordOK {
		return Token{}, ErrCredentials
	}
	now := a.now()
	signed, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.RegisteredClaims{
		Issuer:    tokenIssuer,
		Subject:   l.Username,
		IssuedAt:  jwt.NewNumericDate(now),
		ExpiresAt: jwt.NewNumericDate(now.Add(tokenLife)),
	}).SignedString(a.secret)
	if err != nil {
		return Token{}, fmt.Errorf("sign the token: %w", err)
	}
	return Token{Token: signed, TokenType: "bearer", ExpiresIn: int(tokenLife / time.Second)}, nil
}

// authorize checks the value of an Authorization header.
func (a *authority) authorize(header string) error {
	scheme, raw, found := strings.Cut(header, " ")
	raw = strings.TrimSpace(raw)
	if !found || raw == "" || !strings.EqualFold(scheme, "Bearer") {
		return ErrNoToken
	}
	_, err := a.parser.ParseWithClaims(raw, &jwt.RegisteredClaims{}, func(*jwt.Token) (any, error) {
		return a.secret, nil
	})
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jwt.ErrTokenExpired):
		return ErrTokenExpired
	default:
		return ErrTokenInvalid
	}
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
