// A process that is in the middle of a call to a command; its arguments are those of the command.
import { commandAgent } from '../../../../src/activities/agents/command/command-agent.js';
import { call } from '../../call.js';

const [, , ...args] = process.argv;
await call({ agents: [commandAgent({ type: 'x', command: [process.execPath, ...args] })] });
