package targets

import "testing"

// L16, M9: secrets in commands are shown to nobody, however they are named, quoted
// or hidden in an address; the rest is.
func TestShownCommand(t *testing.T) {
	for command, want := range map[string]string{
		"API_KEY=hunter2 ./server --port {port}":        "API_KEY=[redacted] ./server --port {port}",
		"./server --token hunter2 --tokenizer t.json":   "./server --token [redacted] --tokenizer t.json",
		"docker run -e DB_PASSWORD='hunter 2' -p 1:2 x": "docker run -e DB_PASSWORD=[redacted] -p 1:2 x",
		"new=cmd:API_KEY=hunter2 ./server":              "new=cmd:API_KEY=[redacted] ./server",
		"./server --api-key=hunter2":                    "./server --api-key=[redacted]",
		"./monkey --hockey 3":                           "./monkey --hockey 3",
		"PGPASSWORD=hunter2 ./server":                   "PGPASSWORD=[redacted] ./server",
		"MYSQL_PWD=a'b hunter'2 ./server":               "MYSQL_PWD=[redacted] ./server",
		`MYPASS=hunter\ 2 ./server`:                     "MYPASS=[redacted] ./server",
		`docker run -e "DB_PASSWORD=hunter 2" x`:        `docker run -e "DB_PASSWORD=[redacted]" x`,
		"AWS_SECRET_ACCESS_KEY_ID=hunter2 ./server":     "AWS_SECRET_ACCESS_KEY_ID=[redacted] ./server",
		"APITOKENS=hunter2,hunter3 ./server":            "APITOKENS=[redacted] ./server",
		"PASSWORD='hunter 2 ./server":                   "PASSWORD=[redacted] 2 ./server",
		"./server --dbpassword hunter2 --pass=hunter2":  "./server --dbpassword [redacted] --pass=[redacted]",
		"./server --db postgres://u:hunter2@h/x?y=1":    "./server --db postgres://u:[redacted]@h/x?y=1",
		"DB=redis://:hunter2@h:6379 ./server":           "DB=redis://:[redacted]@h:6379 ./server",
		"./server --db 'h?user=u&password=hunter2'":     "./server --db 'h?user=u&password=[redacted]'",
		"git clone https://ghp_0123456789abcdef0123@h":  "git clone https://[redacted]@h",
		"./server --up http://h:8000/@scope":            "./server --up http://h:8000/@scope",
		"curl -H 'Authorization: Bearer hunter2' h":     "curl -H 'Authorization: Bearer [redacted]' h",
		`./server --set '{"password": "hunter2"}'`:      `./server --set '{"password": "[redacted]"}'`,
	} {
		if got := ShownCommand(command); got != want {
			t.Errorf("%s: shown as %s, want %s", command, got, want)
		}
	}
}
