// Package callagent serves the activity callAgent, by which runs of Baton call remote agents: docs/contracts/README.md.
//
// It has no secrets, storage, encryption and traces; docs/python.md describes a worker that has all of them.
package callagent

import (
	"encoding/json"
	"fmt"
	"time"
)

// Request is what a call carries. Fields that are not known are ignored.
type Request struct {
	Run            string          `json:"run"`
	Plan           string          `json:"plan"`
	Task           string          `json:"task"`
	Item           *int            `json:"item"`
	Agent          string          `json:"agent"`
	Input          json.RawMessage `json:"input"`
	IdempotencyKey string          `json:"idempotencyKey"`
	TimeoutMs      float64         `json:"timeoutMs"`
	IdleMs         float64         `json:"idleMs"`
	Retry          Retry           `json:"retry"`
	CountsAttempts bool            `json:"countsAttempts"`
	OnlyRecall     bool            `json:"onlyRecall"`
	MaxOutputBytes int             `json:"maxOutputBytes"`
	CorrelationID  *string         `json:"correlationId"`
}

// Retry says how often and when a call is repeated.
type Retry struct {
	Attempts  int     `json:"attempts"`
	InitialMs float64 `json:"initialMs"`
	Factor    float64 `json:"factor"`
	MaxMs     float64 `json:"maxMs"`
}

// Usage is what all attempts of a call have used together.
type Usage struct {
	Calls  int     `json:"calls"`
	Tokens float64 `json:"tokens"`
	USD    float64 `json:"usd"`
}

// Spent is usage in the notes, which do not count calls.
type Spent struct {
	Tokens float64 `json:"tokens"`
	USD    float64 `json:"usd"`
}

// Missing is a call that only workers without its agent have taken.
type Missing struct {
	Agent string  `json:"agent"`
	Since float64 `json:"since"`
	Times int     `json:"times"`
}

// Notes are what an attempt leaves for the next one, as the detail of its heartbeats.
type Notes struct {
	Progress   json.RawMessage `json:"progress,omitempty"`
	Spent      *Spent          `json:"spent,omitempty"`
	Refused    int             `json:"refused,omitempty"`
	Ended      int             `json:"ended,omitempty"`
	Open       bool            `json:"open,omitempty"`
	Unanswered string          `json:"unanswered,omitempty"`
	Missing    *Missing        `json:"missing,omitempty"`
}

// Reply is a call that has succeeded.
type Reply struct {
	Output   json.RawMessage `json:"output"`
	Attempts int             `json:"attempts"`
	Usage    Usage           `json:"usage"`
}

// FailureDetail is the first detail of every failure.
type FailureDetail struct {
	Attempts   int    `json:"attempts"`
	Began      bool   `json:"began"`
	Usage      Usage  `json:"usage"`
	Details    any    `json:"details,omitempty"`
	Unanswered string `json:"unanswered,omitempty"`
	Lost       bool   `json:"lost,omitempty"`
}

// Error is a failure of a call. Any other error of an agent has the type AgentFailed.
type Error struct {
	Type       string
	Message    string
	RetryAfter time.Duration
	Details    any
	// The call is given to another worker: that uses up no attempt.
	handedOver bool
}

func (e *Error) Error() string { return e.Message }

// Failf makes a failure of a type of docs/agents.md.
func Failf(failure, format string, values ...any) *Error {
	return &Error{Type: failure, Message: fmt.Sprintf(format, values...)}
}

// Types that are retried, and those after which it is not known whether the agent has done its work.
var (
	retryable  = set("AgentFailed", "AgentNotHere", "Unreachable", "NoAnswer", "Overloaded", "Timeout", "Idle", "Interrupted")
	unanswered = set("NoAnswer", "Timeout", "Idle", "Interrupted")
)

func set(names ...string) map[string]bool {
	found := map[string]bool{}
	for _, name := range names {
		found[name] = true
	}
	return found
}
