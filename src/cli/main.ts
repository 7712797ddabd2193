#!/usr/bin/env node
/** The `chunkwise` command. */
import { Command } from 'commander';
import { addDoctor } from './doctor.js';
import { addRun } from './run.js';
import { addWorker } from './worker.js';

const program = new Command('chunkwise').description('dask.array for TypeScript, from the command line');
for (const add of [addRun, addWorker, addDoctor]) add(program);

try {
  await program.parseAsync();
  process.exit();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
