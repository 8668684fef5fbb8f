// The version of the rules that a run follows. A release that changes what a run does adds a number here. A run keeps the rules
// that it began with, also across continue-as-new, so that its history replays.
//
// 1: the first rules.
// 2: expressions are evaluated synchronously and within bounds; a sub-plan is cancelled by its Workflow id; a task is unknown
//    if any of its attempts got no answer; work that a sub-plan could not undo is debt of its parent run.
// 3: the outputs of calls in flight are bounded in bytes; outputs that nothing will read are left out of a continue-as-new if the
//    rest then fits; a run ends while its history still has room for undoing everything; a run records in a search attribute that it
//    waits for an answer, stops after a cancel or undoes its work; the items of a forEach are a list whatever its length, and `null`
//    is not a list; an expression that gives Infinity or NaN, a day that does not exist, and text that `$number` would round are
//    errors; a made plan with a number that would be rounded is sent back; the defaults of a sub-plan's input are filled in; the title
//    and the description of an approval are evaluated; checks of inputs, catalogues and old answers wait for the storage; a sub-plan whose
//    ids would be too long fails; large outputs of agents are passed on as references to stored values; hedges count as outputs in flight.

export type Rules = 1 | 2 | 3;

export const NEWEST_RULES: Rules = 3;
