package callagent

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
)

const (
	maxReason     = 300
	maxMessage    = 5000
	maxRetryAfter = time.Hour
)

// attempt is what is known of one attempt and those before it. The server counts every attempt; this one's number leaves out those
// that did not reach the agent.
type attempt struct {
	mutex        sync.Mutex
	ctx          context.Context
	serverNumber int
	number       int
	startedMs    float64
	notes        Notes
	began        bool
	hasEnded     bool
	calls        int
}

func openAttempt(ctx context.Context) *attempt {
	info := activity.GetInfo(ctx)
	a := &attempt{ctx: ctx, serverNumber: int(info.Attempt), startedMs: float64(info.StartedTime.UnixMilli())}
	if activity.HasHeartbeatDetails(ctx) {
		// Notes that cannot be read count as none.
		_ = activity.GetHeartbeatDetails(ctx, &a.notes)
	}
	isReset := a.notes.Ended >= a.serverNumber
	if isReset {
		a.notes.Refused = 0
	}
	a.number = max(1, a.serverNumber-a.notes.Refused)
	isLost := a.notes.Open || (a.serverNumber > 1 && a.notes.Ended != a.serverNumber-1 && !isReset)
	if a.notes.Unanswered == "" && isLost {
		a.notes.Unanswered = noAnswer(a.serverNumber-1-a.notes.Refused, "its worker was lost")
	}
	a.notes.Open = false
	return a
}

func noAnswer(number int, why string) string {
	return fmt.Sprintf("attempt %d got no answer: %s", max(1, number), why)
}

// begin notes that the agent is being called.
func (a *attempt) begin() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.began = true
	a.calls = a.number
	a.notes.Open = true
	a.notes.Missing = nil
	if a.serverNumber > 1 {
		activity.RecordHeartbeat(a.ctx, a.notes)
	}
}

// beat sends a heartbeat, after change. An agent may call it after its call was given up.
func (a *attempt) beat(change func(*Notes)) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.hasEnded {
		return
	}
	change(&a.notes)
	activity.RecordHeartbeat(a.ctx, a.notes)
}

func (a *attempt) spend(tokens, usd float64) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.notes.Spent == nil {
		a.notes.Spent = &Spent{}
	}
	a.notes.Spent.Tokens += tokens
	a.notes.Spent.USD += usd
}

// succeed makes the reply.
func (a *attempt) succeed(output json.RawMessage) *Reply {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.hasEnded = true
	return &Reply{Output: output, Attempts: a.number, Usage: a.usage()}
}

func (a *attempt) usage() Usage {
	usage := Usage{Calls: a.calls}
	if a.notes.Spent != nil {
		usage.Tokens, usage.USD = a.notes.Spent.Tokens, a.notes.Spent.USD
	}
	return usage
}

// isAfterLast is true if all attempts that the call may have were made, and the last one was lost with its worker.
func (a *attempt) isAfterLast(request *Request) bool {
	return request.CountsAttempts && a.number > request.Retry.Attempts
}

// fail makes the failure that the server gets, and notes it for the next attempt.
func (a *attempt) fail(failed *Error, request *Request, isOver bool) error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.hasEnded = true
	usesNone := failed.handedOver || failed.Type == "AgentNotHere"
	a.notes.Ended, a.notes.Open = a.serverNumber, false
	if usesNone {
		a.notes.Refused++
	}
	message := cut(failed.Message, maxMessage)
	if a.began && unanswered[failed.Type] && a.notes.Unanswered == "" {
		a.notes.Unanswered = noAnswer(a.number, cut(message, maxReason))
	}
	isAfterLast := a.isAfterLast(request)
	counted := a.number
	if usesNone || isAfterLast {
		counted--
	}
	detail := FailureDetail{
		Attempts: counted, Began: a.began, Usage: a.usage(), Details: failed.Details, Unanswered: a.notes.Unanswered, Lost: isAfterLast,
	}
	if failed.Type == "Cancelled" {
		return temporal.NewCanceledError(detail)
	}
	isEnd := isOver
	if !usesNone {
		isEnd = !retryable[failed.Type] || (request.CountsAttempts && a.number >= request.Retry.Attempts)
	}
	options := temporal.ApplicationErrorOptions{NonRetryable: isEnd, Details: []any{detail}}
	if !isEnd {
		options.NextRetryDelay = a.delay(failed, request.Retry, usesNone)
		// The last heartbeat of an attempt that fails is always sent.
		activity.RecordHeartbeat(a.ctx, a.notes)
	}
	return temporal.NewApplicationErrorWithOptions(message, failed.Type, options)
}

// delay is what the agent has requested, or a random time. Zero would end the call.
func (a *attempt) delay(failed *Error, retry Retry, usesNone bool) time.Duration {
	if failed.RetryAfter > 0 {
		return min(failed.RetryAfter, maxRetryAfter)
	}
	number := a.number
	if usesNone {
		number = a.notes.Refused
	}
	ceiling := math.Min(retry.MaxMs, retry.InitialMs*math.Pow(retry.Factor, float64(number-1)))
	return max(time.Millisecond, time.Duration(rand.Float64()*ceiling*float64(time.Millisecond)))
}

func cut(text string, limit int) string {
	characters := []rune(text)
	if len(characters) <= limit {
		return text
	}
	return string(characters[:limit]) + "…"
}
