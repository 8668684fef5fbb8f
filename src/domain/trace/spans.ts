// Makes spans of what a run has recorded. Names and attributes follow the conventions of OpenTelemetry for generative AI and for messaging, version 1.41;
// attributes that these do not have begin with `baton.`. Inputs and outputs are not in spans.
import { defined } from '../json/defined.js';
import { attemptName, chatName, spanIdOf } from './ids.js';
import { sendFacts, type BrokerKindOf } from './publication.js';
import type { AttemptTiming, CallRecord, ModelCall, RunRecord, SpanBatch, TaskRecord } from './record.js';

export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface Span {
  readonly name: string;
  /** `client`: a request that leaves the worker; `producer`: a message. */
  readonly kind: 'internal' | 'client' | 'producer';
  readonly id: string;
  readonly parent?: string;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly attributes: Attributes;
  /** Ids of spans of the same trace. */
  readonly links: readonly string[];
  /** Present if what the span stands for failed. */
  readonly error?: string;
}

/** `kindOf`: the kind of a broker, by its name. */
export function spansOf(batch: SpanBatch, kindOf: BrokerKindOf = () => undefined): Span[] {
  const { trace, runId, plan, correlationId, name } = batch;
  const id = { run: spanIdOf(trace, 'run', name), task: (task: string) => taskSpanId(trace, name, task) };
  const common = defined({ 'baton.run.id': runId, 'baton.plan.name': plan, 'baton.correlation_id': correlationId });
  const spans: Span[] = [];
  if (batch.run !== undefined) spans.push(runSpan(batch.run, { id: id.run, parent: batch.parent, plan, common }));
  for (const task of batch.tasks)
    spans.push(taskSpan(task, { id: id.task(task.name), parent: id.run, links: task.needs.map(id.task), common }));
  for (const call of batch.calls) {
    const parent = call.parent === undefined ? id.run : id.task(call.parent);
    spans.push(...callSpans(call, { trace, parent, common, kindOf }));
  }
  return spans;
}

/** `run`: the name of the span of the run. */
export const taskSpanId = (trace: string, run: string, task: string): string =>
  spanIdOf(trace, 'task', `${run}/${task}`);

interface Place {
  readonly id: string;
  readonly parent: string | undefined;
  readonly common: Attributes;
}

function runSpan(run: RunRecord, { id, parent, plan, common }: Place & { readonly plan: string }): Span {
  const { status, from, to, tokens, usd, error } = run;
  return {
    ...{
      name: `invoke_workflow ${plan}`,
      kind: 'internal',
      id,
      ...defined({ parent }),
      ...period(from, to),
      links: [],
    },
    attributes: {
      ...{ ...common, 'gen_ai.operation.name': 'invoke_workflow', 'gen_ai.workflow.name': plan },
      ...{ 'baton.run.status': status, 'baton.usage.tokens': tokens, 'baton.usage.usd': usd },
      ...defined({ 'error.type': error?.type }),
    },
    ...defined({ error: error?.message }),
  };
}

function taskSpan(task: TaskRecord, { id, parent, links, common }: Place & Pick<Span, 'links'>): Span {
  const { status, kind, attempts, agent, items, skip, origin, error, from, to } = task;
  return {
    ...{ name: `task ${task.id}`, kind: 'internal', id, ...defined({ parent }), ...period(from, to), links },
    attributes: {
      ...{ ...common, 'baton.task.id': task.id, 'baton.task.kind': kind, 'baton.task.status': status },
      'baton.task.attempts': attempts,
      ...defined({
        'baton.task.agent': agent,
        'baton.task.items': items?.total,
        'baton.task.items_failed': items?.failed,
        'baton.task.skip_cause': skip,
        'baton.task.origin': origin,
        'error.type': error?.type,
      }),
    },
    ...defined({ error: error?.message }),
  };
}

interface CallPlace {
  readonly trace: string;
  readonly parent: string;
  readonly common: Attributes;
  readonly kindOf: BrokerKindOf;
}

const LOST = 'Interrupted';

/** One span for each attempt, and one for each request to a model. */
function callSpans(call: CallRecord, { trace, parent, common, kindOf }: CallPlace): Span[] {
  const { timings, span, task, item, suffix } = call;
  const facts = call.publication === undefined ? invokeFacts(call) : sendFacts(call.publication, kindOf);
  return timings.flatMap((timing, at): Span[] => {
    const attempt = at + 1;
    const id = spanIdOf(trace, 'attempt', attemptName(span, attempt));
    const next = timings[at + 1];
    const { from, to = next?.from ?? call.to } = timing;
    // An attempt that did not end was lost with its worker; the last one was ended by the server.
    const error = timing.to === undefined ? (timing.error ?? LOST) : timing.error;
    const message = (next === undefined ? call.message : timing.message) ?? error;
    const own = { ...common, 'baton.task.id': task, ...defined({ 'baton.item.index': item, 'baton.call': suffix }) };
    const chats = timing.chats ?? [];
    const invoke: Span = {
      ...{ name: facts.name, kind: facts.kind, id, parent, ...period(from, to), links: [] },
      attributes: {
        ...{ ...own, ...facts.attributes, 'baton.attempt': attempt },
        ...defined({ 'error.type': error, ...tokensOf(chats) }),
      },
      ...(error === undefined ? {} : { error: message ?? error }),
    };
    return [
      invoke,
      ...chats.map((chat, request) =>
        chatSpan(chat, { id: spanIdOf(trace, 'chat', chatName(span, attempt, request + 1)), parent: id, common: own }),
      ),
    ];
  });
}

const invokeFacts = ({ agent = '', version }: CallRecord): Pick<Span, 'name' | 'kind' | 'attributes'> => ({
  name: `invoke_agent ${agent}`,
  kind: 'internal',
  attributes: {
    ...{ 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': agent },
    ...defined({ 'gen_ai.agent.version': version }),
  },
});

const tokensOf = (chats: NonNullable<AttemptTiming['chats']>) => ({
  'gen_ai.usage.input_tokens': total(chats.map(({ inputTokens }) => inputTokens)),
  'gen_ai.usage.output_tokens': total(chats.map(({ outputTokens }) => outputTokens)),
});

/** `undefined` if no value is known. */
function total(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, value) => sum + value, 0);
}

function chatSpan(chat: ModelCall, { id, parent, common }: Place): Span {
  const { model, provider, from, to, error, finish } = chat;
  return {
    ...{ name: `chat ${model}`, kind: 'client', id, ...defined({ parent }), ...period(from, to), links: [] },
    attributes: {
      ...{
        ...common,
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': provider,
        'gen_ai.request.model': model,
      },
      ...defined({
        'gen_ai.request.temperature': chat.temperature,
        'gen_ai.request.max_tokens': chat.maxTokens,
        'gen_ai.output.type': chat.json === true ? 'json' : 'text',
        'gen_ai.response.model': chat.answeredBy,
        'gen_ai.response.id': chat.answerId,
        'gen_ai.response.finish_reasons': finish === undefined ? undefined : [finish],
        'gen_ai.usage.input_tokens': chat.inputTokens,
        'gen_ai.usage.output_tokens': chat.outputTokens,
        'server.address': chat.server,
        'server.port': chat.port,
        'error.type': error,
      }),
    },
    ...defined({ error }),
  };
}

/** Times come from several clocks: no span ends before it begins. */
const period = (from: number, to: number): Pick<Span, 'from' | 'to'> => ({ from, to: Math.max(from, to) });
