package draft

import "testing"

func TestSecretNames(t *testing.T) {
	for name, want := range map[string]bool{
		"password": true, "userPassword": true, "api_key": true, "apiKey": true, "APIKEY": true, "X-Api-Key": true, "client_secret": true,
		"access_token": true, "key": true, "Authorization": true, "sessionId": true, "jwt": true, "pwd": true,
		"max_tokens": false, "monkey": false, "author": false, "keyboard": false, "features": false, "primary_key": false, "user": false, "": false,
	} {
		if SecretName(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

// A13: bodies that have braces of their own are imported as bytes.
func TestBracesOfBodiesStay(t *testing.T) {
	for _, kind := range []string{"", JSONMedia, FormMedia, "text/plain"} {
		for _, loose := range []bool{false, true} {
			if body, _ := (&Vault{}).ImportBody([]byte(`{"prompt":"Hello {{name}}"}`), kind, loose); body.Form != "base64" {
				t.Errorf("%s: imported as %s", kind, body.Form)
			}
		}
	}
}
