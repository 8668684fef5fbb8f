#!/usr/bin/env node
// `npm create baton [DIR] [-- --template NAME]` is `baton init [DIR] [--template NAME]`.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const about = require.resolve('baton-orchestrator/package.json');
const program = join(dirname(about), require(about).bin.baton);
const child = spawn(process.execPath, [program, 'init', ...process.argv.slice(2)], { stdio: 'inherit' });
child.on('exit', (code) => process.exit(code ?? 1));
