#!/usr/bin/env node
/** The `chunkwise` command. */
import { Command } from 'commander';
import { addWorker } from './worker.js';

const program = new Command('chunkwise').description('dask.array for TypeScript, from the command line');
addWorker(program);

try {
  await program.parseAsync();
  process.exit();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
