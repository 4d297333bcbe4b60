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

// A capture was kept, which the language refuses, for a name or comment that had its form.
func TestNamesAndCommentsUseNoCapture(t *testing.T) {
	for what, r := range map[string]Request{
		"a name":                {Name: "{{a}}", Path: "/x"},
		"a comment":             {About: []string{"{{a}}"}, Path: "/x"},
		"a comment of a branch": {Choose: []Request{{Path: "/x", After: []string{"{{a}}"}}}},
		"a name of a branch":    {Choose: []Request{{Path: "/x", Name: "{{a}}"}}},
	} {
		if UsedIn("a", []Request{r}) {
			t.Errorf("%s counts as a use", what)
		}
	}
	if !UsedIn("a", []Request{{Choose: []Request{{Path: "/x/{{a}}"}}}}) {
		t.Error("a path of a branch is no use")
	}
}
