// The types of all Workflows of Baton, as servers have them.
import { CACHED_REPLY } from '../call/cached-reply.js';
import { CIRCUIT_BREAKER } from '../breaker/messages.js';
import { MAILBOX } from '../event/mailbox.js';
import { TOPIC } from '../event/topic/messages.js';
import { RESOURCE_POOL } from '../pool/protocol.js';
import { ORCHESTRATE } from './input.js';
import { NOTICE } from './notice.js';
import { PREPARE_RUN } from './prepare.js';
import { RUN_QUEUE } from './queue/messages.js';
import { SWEEP } from './sweep.js';

export const WORKFLOW_TYPES = [
  ORCHESTRATE,
  CIRCUIT_BREAKER,
  RESOURCE_POOL,
  CACHED_REPLY,
  MAILBOX,
  RUN_QUEUE,
  TOPIC,
  PREPARE_RUN,
  SWEEP,
  NOTICE,
] as const;
