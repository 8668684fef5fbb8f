// The last stage: calls the agent within its time, and parses its reply.
import { durationMs } from '../../domain/duration.js';
import { defined } from '../../domain/json/defined.js';
import { beginCall } from './attempt.js';
import { agentContext, type GivenToAgent } from './agent-context.js';
import { parseReply } from './parse-reply.js';
import { hasReferences } from '../../domain/secret.js';
import { resolveInput } from '../secrets/resolve-input.js';
import type { Publishing } from '../publish.js';
import { brokerUrls } from './broker-urls.js';
import { requestSender } from './send-request.js';
import { runInTime } from './run-in-time.js';
import type { AgentCall, Stage } from './stage.js';

/** `graceMs`: how long an agent that declares nothing else may take to end once its signal has aborted. */
export const invokeAgent =
  (graceMs: number, publishing?: Publishing): Stage =>
  async (call) => {
    call.recheck?.();
    const { activity, request, registered, agent, attempt, log, lease, maxOutputBytes, secrets } = call;
    // Once the call has waited for all that it needs: a secret may have been replaced in that time.
    const input = hasReferences(request.input) ? await resolveInput(registered, request.input, secrets) : call.input;
    if (lease !== undefined) noteResource(call, lease.resource.id);
    const reply = await runInTime({
      agent: agent.type,
      timeoutMs: request.timeoutMs,
      ...defined({ idleMs: request.idleMs ?? (agent.idle === undefined ? undefined : durationMs(agent.idle)) }),
      graceMs: agent.graceMs ?? graceMs,
      activity,
      log,
      ...defined({ lost: lease?.signal }),
      run: (running) =>
        runAgent(call, input, {
          ...running,
          request: requestSender(publishing, call, running.signal),
          brokerUrl: brokerUrls(publishing),
        }),
    });
    // First the secrets, then the checks: a problem shows the beginning of a value.
    const { output, encoded } = parseReply(registered, secrets.value(reply), maxOutputBytes);
    if (encoded !== undefined) call.encoded = { output, json: encoded };
    attempt.timings.end();
    return {
      output,
      attempts: attempt.number,
      usage: attempt.usage,
      ...defined({ version: agent.version, timings: attempt.timings.reported() }),
    };
  };

function runAgent(call: AgentCall, input: unknown, given: GivenToAgent): unknown {
  if (beginCall(call.attempt)) call.heartbeat.handOn();
  call.calledAtMs = performance.now();
  return call.agent.run(input, agentContext(call, given));
}

function noteResource({ attempt, request, heartbeat }: AgentCall, resource: string): void {
  attempt.resource = resource;
  // A hedge of this call reads it, to avoid the same resource.
  if (request.isHedged === true) heartbeat.handOn();
}
