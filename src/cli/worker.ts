/** `chunkwise worker`: a process that computes for others until it is told to stop. */
import { type Command, InvalidArgumentError } from 'commander';

interface WorkerFlags {
  readonly pool: string;
  readonly slots?: number;
  readonly memory?: string;
  readonly store?: string;
  readonly idleExit?: number;
  readonly allowData?: readonly string[];
  readonly allowModule?: readonly string[];
  readonly metrics?: number;
}

const atLeast =
  (least: number, whole: boolean) =>
  (text: string): number => {
    const n = Number(text);
    if (n >= least && Number.isFinite(n) && (!whole || Number.isInteger(n))) return n;
    throw new InvalidArgumentError(`${whole ? 'a whole number' : 'a number'} from ${least} on`);
  };

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('compute for clients of the queue at URL until SIGTERM')
    .argument('[url]', 'redis://host:6379 or rediss://...; default: CHUNKWISE_REDIS_URL')
    .option('--pool <name>', 'the class of workers it belongs to', 'default')
    .option('--slots <n>', 'jobs at a time, each in a thread (default: one a core)', atLeast(1, true))
    .option('--memory <amount>', "memory for its tasks, as in '8 GiB' (default: half of the machine's)")
    .option('--store <url>', "where blocks are shared: 'file:///dir' or 'redis://host' (default: the queue's server)")
    .option('--idle-exit <seconds>', 'end by itself after so long without work', atLeast(0, false))
    .option('--allow-data <url...>', 'beginnings of URLs that tasks may read, as in file:///data/')
    .option('--allow-module <path...>', "modules whose functions tasks may call; a folder's end in /")
    .option('--metrics <port>', 'serve figures for Prometheus on 127.0.0.1', atLeast(0, true))
    .addHelpText(
      'after',
      '\nSecrets belong in the environment: CHUNKWISE_REDIS_PASSWORD, CHUNKWISE_REDIS_PASSWORD_FILE, CHUNKWISE_KEY.',
    )
    .action((url: string | undefined, flags: WorkerFlags) => run(url, flags));
}

async function run(url: string | undefined, { metrics, allowModule, ...flags }: WorkerFlags): Promise<void> {
  const { startWorker } = await import('../remote/worker.js');
  const key = process.env.CHUNKWISE_KEY;
  const worker = await startWorker({
    ...flags,
    ...(allowModule === undefined ? {} : { allowModules: allowModule }),
    ...(url === undefined ? {} : { url }),
    ...(key === undefined ? {} : { key }),
  });
  const end = () => void worker.close();
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  process.once('disconnect', end);
  if (metrics !== undefined) {
    const { serveMetrics } = await import('../remote/metrics.js');
    console.log(`metrics on http://127.0.0.1:${await serveMetrics(worker, metrics)}/metrics`);
  }
  console.log(`worker ${process.pid} takes from pool '${flags.pool}', ${worker.slots} jobs at a time`);
  await worker.closed;
}
