// The settings of a deployment of Prefect.
import { z } from 'zod';
import { AgentSettings } from '../../../../domain/agent/agent.js';
import { HttpUrl } from '../../../../domain/http-url.js';
import { SecretSetting } from '../../../../domain/secret.js';

/** The newest artifact of the flow run with this key. */
const Artifact = z.strictObject({ artifact: z.string().min(1) });
/** The directory of its result storage, which the worker can read. */
const Storage = z.strictObject({ storage: z.string().min(1) });

const Auth = z.strictObject({ username: z.string().min(1), password: SecretSetting });

export const PrefectSettings = AgentSettings.extend({
  /** The address of the API, as in PREFECT_API_URL: `http://127.0.0.1:4200/api`. */
  url: HttpUrl,
  /** `FLOW/NAME` */
  deployment: z.string().regex(/^[^/]+\/[^/]+$/, 'expected FLOW/NAME, the name of a deployment'),
  /** The key of an account of Prefect Cloud. */
  apiKey: SecretSetting.optional(),
  /** The user of a server of your own that has PREFECT_SERVER_API_AUTH_STRING. */
  auth: Auth.optional(),
  /** Where the output is. Without it, the output is `null`. */
  result: z.union([Artifact, Storage], 'expected { artifact: KEY } or { storage: DIR }').optional(),
});
export type PrefectSettings = z.infer<typeof PrefectSettings>;
