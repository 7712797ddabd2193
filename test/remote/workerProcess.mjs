/** A worker that can be told to be slow, to fail or to die: the program of processes.ts. */
import { appendFileSync } from 'node:fs';
import { startWorker } from '#src/remote/worker.js';

// Who started it may be gone before it is ready.
process.once('disconnect', () => process.exit(0));

process.once('message', async ({ options, wrong }) => {
  const beforeBatch = async ({ stage, from }) => {
    if (wrong.log !== undefined) appendFileSync(wrong.log, `${process.pid} ${stage}.${from}\n`);
    if (stage === 0 && from === wrong.poison) process.kill(process.pid, 'SIGKILL');
    if (stage === 0 && from === wrong.fails) throw new RangeError('the kernel has failed');
    if (wrong.delayMs !== undefined) await new Promise((resolve) => setTimeout(resolve, wrong.delayMs));
  };
  try {
    const worker = await startWorker({ ...options, beforeBatch });
    process.once('SIGTERM', () => void worker.close());
    void worker.closed.then(() => process.exit(0));
    process.send('ready');
  } catch (error) {
    process.send(String(error), () => process.exit(1));
  }
});
