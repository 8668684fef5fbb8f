// Requests to the REST API of Airflow, with a token that is renewed when Airflow does not accept it any more.
import { z } from 'zod';
import type { AgentContext } from '../../../../domain/agent/agent.js';
import { SecretSetting, type SecretUse } from '../../../../domain/secret.js';
import { AgentError } from '../../../errors/agent-error.js';
import { openHttpApi, type ApiAnswer, type ApiRequest, type HttpApi } from '../http-api.js';

/** A user, for whom Airflow issues tokens, or a token that was issued by another service. */
export const AirflowAuth = z.union(
  [z.strictObject({ username: z.string().min(1), password: SecretSetting }), z.strictObject({ token: SecretSetting })],
  'expected { username, password: { env: NAME } } or { token: { env: NAME } }',
);
export type AirflowAuth = z.infer<typeof AirflowAuth>;

export const secretsOfAuth = (auth: AirflowAuth): readonly SecretUse[] =>
  'token' in auth ? [{ what: 'auth.token', source: auth.token }] : [{ what: 'auth.password', source: auth.password }];

export interface AirflowApi {
  /** As `HttpApi.request`, with paths below `/api/v2`. */
  request(this: void, request: ApiRequest): Promise<ApiAnswer>;
  close(this: void): Promise<void>;
}

export interface AirflowPlace {
  readonly url: string;
  readonly auth: AirflowAuth;
  /** Messages begin with it. */
  readonly where: string;
}

export async function openAirflowApi(place: AirflowPlace, context: AgentContext): Promise<AirflowApi> {
  const http = openHttpApi(place.url, context);
  const newToken = await tokenSource(place, http, context);
  let token: string | undefined;
  return {
    close: http.close,
    async request(request) {
      const { path, accepts = [], signal } = request;
      const send = (bearer: string) =>
        http.request({
          ...request,
          path: `api/v2/${path}`,
          headers: { authorization: `Bearer ${bearer}` },
          accepts: [...accepts, 401, 403],
        });
      const old = token;
      let answer = await send((token ??= await newToken(signal)));
      // A token that was just issued is not the reason.
      if (refusesToken(answer) && old !== undefined && 'password' in place.auth)
        answer = await send((token = await newToken(signal)));
      const refuse = (reason: string) => new AgentError(`${place.where} ${reason}`, { type: 'AgentRefused' });
      if (refusesToken(answer)) throw refuse('does not accept the token: correct auth');
      if (answer.status === 403 && !accepts.includes(403))
        throw refuse(`does not allow this user to do this: ${request.method ?? 'GET'} ${path}`);
      return answer;
    },
  };
}

/** 401 for a token that has expired, 403 for one that was signed with another key: Airflow may make a new one when it starts. */
const refusesToken = ({ status, body }: ApiAnswer): boolean =>
  status === 401 || (status === 403 && /token/i.test(JSON.stringify(body)));

const Issued = z.object({ access_token: z.string() });

async function tokenSource(
  { auth, where }: AirflowPlace,
  http: HttpApi,
  { secret }: AgentContext,
): Promise<(signal: AbortSignal) => Promise<string>> {
  if ('token' in auth) {
    const token = await secret(auth.token, 'auth.token');
    return () => Promise.resolve(token);
  }
  const { username } = auth;
  const password = await secret(auth.password, 'auth.password');
  return async (signal) => {
    const body = { username, password };
    const answer = await http.request({ method: 'POST', path: 'auth/token', body, signal, accepts: [401] });
    if (answer.status === 401) {
      const message = `${where} does not know the user ${JSON.stringify(username)} with this password: correct auth`;
      throw new AgentError(message, { type: 'AgentRefused' });
    }
    return readAs(Issued, answer.body, `${where}: POST auth/token`).access_token;
  };
}

/** Throws if the answer is not what Airflow 3 answers. */
export function readAs<S extends z.ZodType>(schema: S, body: unknown, what: string): z.output<S> {
  const { data, error } = schema.safeParse(body);
  if (error === undefined) return data;
  const [issue] = error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new AgentError(`${what} answered what Airflow 3 does not: ${place}: ${issue?.message}`, {
    type: 'AgentRefused',
  });
}
