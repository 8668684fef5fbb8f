// Requests to the API of Prefect.
import type { z } from 'zod';
import type { AgentContext } from '../../../../domain/agent/agent.js';
import { headOf } from '../../../../domain/text/well-formed.js';
import { AgentError } from '../../../errors/agent-error.js';
import { openHttpApi, type ApiRequest } from '../http-api.js';
import type { PrefectSettings } from './settings.js';

/** Characters that are shown of an answer. */
const SHOWN = 500;

export interface PrefectRequest extends Omit<ApiRequest, 'accepts' | 'headers'> {
  /** What a status of an answer means: the request would be refused again. */
  readonly refusals?: Readonly<Record<number, string>>;
  /** Status 404 is the answer `null`. */
  readonly absent?: true;
}

export interface PrefectApi {
  /** Messages begin with it. */
  readonly where: string;
  request<S extends z.ZodType>(
    this: void,
    schema: S,
    request: PrefectRequest,
  ): Promise<{ readonly answer: z.output<S> }>;
  /** The page of a flow run. */
  linkOf(this: void, id: string): { readonly link?: string };
  close(this: void): Promise<void>;
}

type Place = Pick<PrefectSettings, 'url' | 'apiKey' | 'auth'>;

export async function openPrefectApi(place: Place, context: AgentContext): Promise<PrefectApi> {
  const url = apiUrl(place.url);
  const where = `Prefect at ${new URL(url).origin}`;
  const http = openHttpApi(url, context);
  const authorization = await authorizationOf(place, context);
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  return {
    where,
    close: http.close,
    linkOf: (id) => (url.endsWith('/api') ? { link: `${url.slice(0, -'/api'.length)}/runs/flow-run/${id}` } : {}),
    async request(schema, { refusals = {}, absent, ...request }) {
      const accepts = [401, 403, ...(absent === true ? [404] : []), ...Object.keys(refusals).map(Number)];
      const { status, body } = await http.request({ ...request, headers, accepts });
      const refuse = (reason: string) => new AgentError(`${where} ${reason}`, { type: 'AgentRefused' });
      if (status === 401 || status === 403)
        throw refuse(`does not accept the credentials (${status}): correct apiKey or auth`);
      const refusal = refusals[status];
      if (refusal !== undefined) throw refuse(`${refusal}${reasonIn(body)}`);
      const { data, error } = schema.safeParse(absent === true && status === 404 ? null : body);
      if (error === undefined) return { answer: data };
      const [issue] = error.issues;
      const what = `${request.method ?? 'GET'} ${request.path}`;
      throw refuse(`answered ${what} as Prefect 3 does not: ${issue?.path.join('.')}: ${issue?.message}`);
    },
  };
}

/** The address of a server, without a path, is completed. */
function apiUrl(given: string): string {
  const url = given.endsWith('/') ? given.slice(0, -1) : given;
  return new URL(url).pathname === '/' ? `${url}/api` : url;
}

async function authorizationOf({ apiKey, auth }: Place, { secret }: AgentContext): Promise<string | undefined> {
  if (apiKey !== undefined) return `Bearer ${await secret(apiKey, 'apiKey')}`;
  if (auth === undefined) return undefined;
  const pair = `${auth.username}:${await secret(auth.password, 'auth.password')}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function reasonIn(body: unknown): string {
  const detail: unknown = Reflect.get(Object(body), 'detail');
  return typeof detail === 'string' ? `: ${headOf(detail, SHOWN)}` : '';
}
