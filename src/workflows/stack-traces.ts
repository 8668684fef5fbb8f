// Temporal records the stack trace of every promise, for the call stack that its Web UI can show. In Baton that is the same code for
// each task, and in a wide fan-out nothing costs more: a few frames are enough. Only Baton's own bundle imports this
// module, because its Workers preload it: in other Workers the SDK has frozen `Error` by then.
Error.stackTraceLimit = 3;
