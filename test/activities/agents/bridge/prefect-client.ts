// What a person or another program does in Prefect, for tests.
import { z } from 'zod';

const FlowRun = z.looseObject({ id: z.string(), state_type: z.string() });
type FlowRun = z.infer<typeof FlowRun>;
const Flow = z.looseObject({ id: z.string() });

export interface PrefectClient {
  run(this: void, id: string): Promise<FlowRun>;
  /** The flow runs with this idempotency key. */
  runsOf(this: void, key: string): Promise<readonly FlowRun[]>;
  remove(this: void, id: string): Promise<void>;
  /** Answers the person that a flow run waits for. */
  resume(this: void, id: string, answer: unknown): Promise<void>;
  cancel(this: void, id: string): Promise<void>;
  complete(this: void, id: string): Promise<void>;
  pause(this: void, id: string): Promise<void>;
  /** Makes a deployment that no runner and no worker knows. */
  deploy(this: void, flow: string, name: string): Promise<void>;
}

export function prefectOf(api: string, authorization: Record<string, string> = {}): PrefectClient {
  const request = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const headers = { 'content-type': 'application/json', ...authorization };
    const response = await fetch(`${api}/${path}`, {
      method,
      headers,
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  return {
    run: async (id) => FlowRun.parse(await request('GET', `flow_runs/${id}`)),
    runsOf: async (key) => {
      const body = { flow_runs: { idempotency_key: { any_: [key] } } };
      return z.array(FlowRun).parse(await request('POST', 'flow_runs/filter', body));
    },
    remove: async (id) => void (await request('DELETE', `flow_runs/${id}`)),
    resume: async (id, answer) => void (await request('POST', `flow_runs/${id}/resume`, { run_input: answer })),
    cancel: async (id) => void (await request('POST', `flow_runs/${id}/set_state`, { state: { type: 'CANCELLING' } })),
    complete: async (id) =>
      void (await request('POST', `flow_runs/${id}/set_state`, { state: { type: 'COMPLETED' }, force: true })),
    pause: async (id) =>
      void (await request('POST', `flow_runs/${id}/set_state`, { state: { type: 'PAUSED' }, force: true })),
    deploy: async (flow, name) => {
      const { id } = Flow.parse(await request('POST', 'flows/', { name: flow }));
      await request('POST', 'deployments/', { name, flow_id: id });
    },
  };
}
