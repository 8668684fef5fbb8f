// The agents of Baton's conformance script (test/conformance/agents.json): go run ./conformance TASK_QUEUE ADDRESS
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"
	"time"
	"unicode/utf16"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"baton.example/go-agent/callagent"
)

type object = map[string]any

type text struct {
	Text string `json:"text"`
}

type failure struct {
	Type         string  `json:"type"`
	Times        int     `json:"times"`
	Message      string  `json:"message,omitempty"`
	RetryAfterMs float64 `json:"retryAfterMs,omitempty"`
	Then         string  `json:"then,omitempty"`
	Details      any     `json:"details,omitempty"`
}

type waiting struct {
	Ms      float64 `json:"ms"`
	EveryMs float64 `json:"everyMs,omitempty"`
}

type repeated struct {
	Text  string `json:"text"`
	Times int    `json:"times"`
}

func echo(_ context.Context, _ *callagent.Call, given echoed) (json.RawMessage, error) {
	return given.raw, nil
}

// echoed keeps the members that it does not know.
type echoed struct {
	Text string `json:"text"`
	raw  json.RawMessage
}

func (e *echoed) UnmarshalJSON(raw []byte) error {
	e.raw = append(json.RawMessage{}, raw...)
	known := text{}
	return json.Unmarshal(raw, &known)
}

func about(_ context.Context, call *callagent.Call, _ any) (object, error) {
	r := call.Request
	return object{
		"idempotencyKey": r.IdempotencyKey, "attempt": call.Attempt, "run": r.Run, "plan": r.Plan, "task": r.Task, "item": r.Item,
		"correlationId": r.CorrelationID,
	}, nil
}

func fail(_ context.Context, call *callagent.Call, given failure) (object, error) {
	call.Usage(10, 0.5)
	if call.Attempt > given.Times {
		if given.Then != "" {
			return nil, callagent.Failf(given.Then, "then")
		}
		return object{"attempt": call.Attempt}, nil
	}
	if given.Message == "" {
		given.Message = "failed"
	}
	failed := callagent.Failf(given.Type, "%s", given.Message)
	failed.RetryAfter = time.Duration(given.RetryAfterMs) * time.Millisecond
	failed.Details = given.Details
	return nil, failed
}

func resume(_ context.Context, call *callagent.Call, _ any) (object, error) {
	if call.Attempt == 1 {
		call.Progress(object{"done": 1})
	}
	if call.Attempt < 3 {
		return nil, fmt.Errorf("not yet")
	}
	return object{"attempt": call.Attempt, "lastProgress": call.LastProgress}, nil
}

func wait(ctx context.Context, call *callagent.Call, given waiting) (object, error) {
	if given.EveryMs == 0 {
		given.EveryMs = given.Ms
	}
	for done := 0.0; done < given.Ms; done += given.EveryMs {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Duration(given.EveryMs) * time.Millisecond):
		}
		call.Progress(object{"done": done})
	}
	return object{"attempt": call.Attempt}, nil
}

func repeat(_ context.Context, _ *callagent.Call, given repeated) (text, error) {
	return text{strings.Repeat(given.Text, given.Times)}, nil
}

func length(_ context.Context, _ *callagent.Call, given text) (object, error) {
	return object{"length": len(utf16.Encode([]rune(given.Text)))}, nil
}

func main() {
	taskQueue, address := os.Args[1], os.Args[2]
	c, err := client.Dial(client.Options{HostPort: address})
	if err != nil {
		log.Fatalf("no Temporal server answers at %s: %s", address, err)
	}
	defer c.Close()
	w := callagent.New(c, taskQueue, map[string]callagent.Agent{
		"conformance/echo":    callagent.Typed(echo),
		"conformance/context": callagent.Typed(about),
		"conformance/fail":    callagent.Typed(fail),
		"conformance/resume":  callagent.Typed(resume),
		"conformance/wait":    callagent.Typed(wait),
		"conformance/repeat":  callagent.Typed(repeat),
		"conformance/length":  callagent.Typed(length),
	})
	if err := w.Start(); err != nil {
		log.Fatal(err)
	}
	fmt.Println("serving")
	<-worker.InterruptCh()
	w.Stop()
}
