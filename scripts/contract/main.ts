// Writes the contract of the activity `callAgent`, from the schemas of the source, to the documentation and to the Python package.
import { writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { callAgentContract } from '../../src/domain/call/contract.js';

const text = await format(JSON.stringify(callAgentContract()), { parser: 'json', printWidth: 120 });
for (const place of ['docs/contracts/call-agent.json', 'clients/python/src/baton/call-agent.json'])
  writeFileSync(new URL(`../../${place}`, import.meta.url), text);
