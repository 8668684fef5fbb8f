package callagent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
)

const (
	// An agent has this long to end after its call was stopped.
	grace = 10 * time.Second
	// A cancel arrives with the answer to a heartbeat.
	beatEvery = time.Second
	// What fits into a payload of Temporal.
	maxOutput = 2_031_616
	// A call that finds no worker with its agent waits for this long.
	longestWait = 10 * time.Minute
)

// Call is what an agent knows of its call, and what it reports.
type Call struct {
	Request *Request
	// 1 for the first.
	Attempt int
	// The last progress of the attempt before this one; nil if there was none.
	LastProgress json.RawMessage
	attempt      *attempt
	signs        chan struct{}
}

// Progress notes how far the work is, for the next attempt and for people. It is also a sign of working.
func (c *Call) Progress(value any) {
	text, err := json.Marshal(value)
	if err != nil {
		return
	}
	c.attempt.beat(func(notes *Notes) { notes.Progress = text })
	select {
	case c.signs <- struct{}{}:
	default:
	}
}

// Usage adds to what the call has used.
func (c *Call) Usage(tokens, usd float64) { c.attempt.spend(tokens, usd) }

// Agent answers a call: see Typed. Its context ends when the call is cancelled or takes too long.
type Agent func(ctx context.Context, call *Call, input json.RawMessage) (any, error)

// Typed makes an agent of a function whose input is decoded and checked. Fields without omitempty are required.
func Typed[In, Out any](run func(ctx context.Context, call *Call, input In) (Out, error)) Agent {
	return func(ctx context.Context, call *Call, raw json.RawMessage) (any, error) {
		var input In
		if problem := decode(raw, &input); problem != "" {
			failed := Failf("InvalidInput", "%s", problem)
			failed.Details = map[string]any{"problems": []string{problem}}
			return nil, failed
		}
		call.attempt.begin()
		return run(ctx, call, input)
	}
}

// New makes a worker that serves the agents on a Task Queue of their own.
func New(c client.Client, taskQueue string, agents map[string]Agent) worker.Worker {
	w := worker.New(c, taskQueue, worker.Options{
		MaxHeartbeatThrottleInterval: beatEvery,
		WorkerStopTimeout:            grace,
		DisableWorkflowWorker:        true,
	})
	serve := func(ctx context.Context, request Request) (*Reply, error) {
		attempt := openAttempt(ctx)
		output, err := attempt.answer(&request, agents)
		if err == nil {
			return attempt.succeed(output), nil
		}
		failed := &Error{}
		if !errors.As(err, &failed) {
			failed = Failf("AgentFailed", "%s", err)
		}
		isOver := attempt.notes.Missing != nil && attempt.startedMs-attempt.notes.Missing.Since >= float64(longestWait.Milliseconds())
		return nil, attempt.fail(failed, &request, isOver)
	}
	w.RegisterActivityWithOptions(serve, activity.RegisterOptions{Name: "callAgent"})
	return w
}

func (a *attempt) answer(request *Request, agents map[string]Agent) (json.RawMessage, error) {
	if a.isAfterLast(request) {
		return nil, Failf("Interrupted", "the workers that called %q have stopped sending heartbeats: they may have died", request.Agent)
	}
	if request.OnlyRecall {
		return nil, Failf("NotRemembered", "this worker does not know old runs")
	}
	agent, found := agents[request.Agent]
	if !found {
		return nil, a.missing(request.Agent, agents)
	}
	output, err := a.run(agent, request)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(output)
	if err != nil {
		return nil, Failf("InvalidOutput", "%s: output: expected JSON: %s", request.Agent, err)
	}
	limit := maxOutput
	if request.MaxOutputBytes > 0 {
		limit = min(limit, request.MaxOutputBytes)
	}
	if len(text) > limit {
		return nil, Failf("OutputTooLarge", "%s: output: expected at most %d bytes of JSON, got %d", request.Agent, limit, len(text))
	}
	return text, nil
}

// missing is the failure of a call that this worker cannot make; it uses up no attempt.
func (a *attempt) missing(agent string, agents map[string]Agent) *Error {
	if a.notes.Missing == nil {
		a.notes.Missing = &Missing{Since: a.startedMs}
	}
	a.notes.Missing.Agent = agent
	a.notes.Missing.Times++
	names := []string{}
	for name := range agents {
		names = append(names, fmt.Sprintf("%q", name))
	}
	sort.Strings(names)
	queue := activity.GetInfo(a.ctx).TaskQueue
	failed := Failf("AgentNotHere", "no agent %q in this worker of task queue %q; its agents: %s", agent, queue, strings.Join(names, ", "))
	failed.RetryAfter = min(15*time.Second, time.Second<<min(a.notes.Missing.Times-1, 4))
	return failed
}

type result struct {
	output any
	err    error
}

// run calls the agent, and stops it when the call is cancelled, takes too long, or its worker shuts down.
func (a *attempt) run(agent Agent, request *Request) (any, error) {
	ctx, stop := context.WithCancel(a.ctx)
	defer stop()
	call := &Call{Request: request, Attempt: a.number, LastProgress: a.notes.Progress, attempt: a, signs: make(chan struct{}, 1)}
	done := make(chan result, 1)
	go func() {
		defer func() {
			if reason := recover(); reason != nil {
				done <- result{err: Failf("AgentFailed", "panic: %v", reason)}
			}
		}()
		output, err := agent(ctx, call, request.Input)
		done <- result{output, err}
	}()
	deadline := time.After(milliseconds(request.TimeoutMs))
	var idle <-chan time.Time
	restart := func() {
		if request.IdleMs > 0 {
			idle = time.After(milliseconds(request.IdleMs))
		}
	}
	restart()
	beats := time.NewTicker(beatEvery)
	defer beats.Stop()
	var failed *Error
	for failed == nil {
		select {
		case ended := <-done:
			return ended.output, ended.err
		case <-call.signs:
			restart()
		case <-beats.C:
			a.beat(func(*Notes) {})
		case <-deadline:
			failed = Failf("Timeout", "%s did not answer within %s", request.Agent, milliseconds(request.TimeoutMs))
		case <-idle:
			failed = Failf("Idle", "%s has given no sign of working for %s", request.Agent, milliseconds(request.IdleMs))
		case <-activity.GetWorkerStopChannel(a.ctx):
			failed = Failf("Interrupted", "the worker shut down while %s was working", request.Agent)
			failed.RetryAfter, failed.handedOver = time.Millisecond, true
		case <-a.ctx.Done():
			failed = stopped(a.ctx, request.Agent)
		}
	}
	stop()
	select {
	case <-done:
	case <-time.After(grace):
	}
	return nil, failed
}

// stopped says why: after a reset or a pause, another attempt follows.
func stopped(ctx context.Context, agent string) *Error {
	cause := context.Cause(ctx)
	if errors.Is(cause, activity.ErrActivityReset) || errors.Is(cause, activity.ErrActivityPaused) {
		return Failf("Interrupted", "the call of %s was interrupted: %s", agent, cause)
	}
	return Failf("Cancelled", "the call of %s was cancelled", agent)
}

func milliseconds(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
