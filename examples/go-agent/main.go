// Serves the agent count-words: go run . [ADDRESS]
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strings"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"baton.example/go-agent/callagent"
)

type page struct {
	Text string `json:"text"`
}

type count struct {
	Words int `json:"words"`
}

func countWords(_ context.Context, call *callagent.Call, given page) (count, error) {
	words := strings.Fields(given.Text)
	if len(words) == 0 {
		return count{}, callagent.Failf("AgentRefused", "the text has no words")
	}
	call.Progress(map[string]int{"words": len(words)})
	return count{len(words)}, nil
}

func main() {
	address := "localhost:7233"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	c, err := client.Dial(client.Options{HostPort: address})
	if err != nil {
		log.Fatalf("no Temporal server answers at %s: %s", address, err)
	}
	defer c.Close()
	w := callagent.New(c, "go", map[string]callagent.Agent{"count-words": callagent.Typed(countWords)})
	if err := w.Start(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("serving")
	<-worker.InterruptCh()
	w.Stop()
}
