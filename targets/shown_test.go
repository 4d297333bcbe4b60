package targets

import "testing"

// Secrets in commands are shown to nobody; the rest is.
func TestShownCommand(t *testing.T) {
	for command, want := range map[string]string{
		"API_KEY=hunter2 ./server --port {port}":        "API_KEY=[redacted] ./server --port {port}",
		"./server --token hunter2 --tokenizer t.json":   "./server --token [redacted] --tokenizer t.json",
		"docker run -e DB_PASSWORD='hunter 2' -p 1:2 x": "docker run -e DB_PASSWORD=[redacted] -p 1:2 x",
		"new=cmd:API_KEY=hunter2 ./server":              "new=cmd:API_KEY=[redacted] ./server",
		"./server --api-key=hunter2":                    "./server --api-key=[redacted]",
		"./monkey --hockey 3":                           "./monkey --hockey 3",
	} {
		if got := ShownCommand(command); got != want {
			t.Errorf("%s: shown as %s, want %s", command, got, want)
		}
	}
}
