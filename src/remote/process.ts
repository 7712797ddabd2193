/** A worker as a child process: told by message what to do, and gone with who started it. */
import { redact } from './address.js';
import type { WorkerMessage } from './localCluster.js';
import { startWorker } from './worker.js';

/** Whether who started it is still there; it may be gone before the worker is ready. */
let alone = false;
process.once('disconnect', () => {
  alone = true;
});

process.once('message', (message) => {
  const { start } = message as WorkerMessage;
  startWorker(start).then(
    (worker) => {
      const end = () => void worker.close();
      process.once('SIGTERM', end);
      process.once('SIGINT', end);
      process.once('disconnect', end);
      if (alone) end();
      void worker.closed.then(() => process.exit(0));
      process.send?.('ready');
    },
    (error: unknown) => {
      process.send?.(redact(error instanceof Error ? error.message : String(error)), () => process.exit(1));
    },
  );
});
