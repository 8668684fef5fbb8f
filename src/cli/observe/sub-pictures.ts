// The pictures of the sub-plans of a run, of those that have ended, too. A sub-plan that has ended is read once.
import { RunNotFoundError } from '../../client/errors.js';
import type { CallRecord } from '../../client/calls/read-calls.js';
import { parseCallName } from '../../domain/call/name.js';
import { buildGraph } from '../../domain/plan/graph.js';
import type { Insides } from '../../domain/picture/flatten.js';
import { pictureOf } from '../../domain/picture/from-run.js';
import type { Picture } from '../../domain/picture/picture.js';
import type { RunResult } from '../../domain/run/result.js';
import type { Session } from '../session/session.js';

/** A page has room for this many. Of a forEach, those that failed or are in progress come first. */
const MAX_SUB_PLANS = 40;

export interface SubPictures {
  read(this: void, runId: string, result: RunResult, calls: readonly CallRecord[]): Promise<Insides>;
}

export function createSubPictures(
  { baton }: Pick<Session, 'baton'>,
  agentKinds: ReadonlyMap<string, string> | undefined,
): SubPictures {
  const ended = new Map<string, { readonly picture: Picture; readonly below: readonly string[] }>();

  async function readOne(id: string) {
    const known = ended.get(id);
    if (known !== undefined) return known;
    const run = baton.run(id);
    const { description, snapshot } = await run.observe({ outputs: false });
    const plan = await run.plan();
    const startedAt = description.startTime.getTime();
    const now = description.closeTime?.getTime() ?? Date.now();
    const picture = pictureOf(buildGraph(plan), snapshot, { startedAt, now, agentKinds });
    const below = picture.tasks.flatMap(({ id: task, kind, status }) =>
      (kind === 'plan' || kind === 'decompose') && status !== 'pending' && status !== 'skipped'
        ? [`${id}/${task}`]
        : [],
    );
    const one = { picture, below };
    if (!picture.run!.isOpen) ended.set(id, one);
    return one;
  }

  return {
    async read(runId, { tasks }, calls) {
      const insides = new Map<string, Picture>();
      let ids = subRunsOf(calls).filter((id) =>
        Object.hasOwn(tasks, parseCallName(id.slice(runId.length + 1))?.task ?? ''),
      );
      while (ids.length > 0 && insides.size < MAX_SUB_PLANS) {
        const next: string[] = [];
        for (const id of ids.slice(0, MAX_SUB_PLANS - insides.size)) {
          const one = await readOne(id).catch((error: unknown) => {
            // The server no longer has it, or it has not started.
            if (error instanceof RunNotFoundError) return undefined;
            throw error;
          });
          if (one === undefined) continue;
          insides.set(id.slice(runId.length + 1), one.picture);
          next.push(...one.below);
        }
        ids = next;
      }
      return insides;
    },
  };
}

/** Undoing a sub-plan is a run of its own, which is left out. */
function subRunsOf(calls: readonly CallRecord[]): string[] {
  const rank = ({ status, item }: CallRecord): number => (item === undefined ? 0 : status === 'succeeded' ? 2 : 1);
  const runs = calls.filter(({ subRun, suffix }) => subRun !== undefined && suffix === undefined);
  return [...new Set(runs.sort((a, b) => rank(a) - rank(b)).flatMap(({ subRun }) => subRun ?? []))];
}
