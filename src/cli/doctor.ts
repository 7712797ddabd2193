/** `chunkwise doctor`: what computations will find on this machine, and what is amiss. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import type { Command } from 'commander';
import { formatBytes } from '../core/bytes.js';
import { hasSimd } from '../kernel/instantiate.js';
import { sharedMemory } from '../store/buffers.js';

interface Finding {
  readonly ok: boolean;
  readonly what: string;
  readonly text: string;
  /** What would mend it. */
  readonly hint?: string;
}

interface DoctorFlags {
  readonly url?: string;
  readonly json?: boolean;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('say what computations will find here: cores, memory, SIMD, the queue, versions')
    .option('--url <url>', 'the queue to try (default: CHUNKWISE_REDIS_URL)')
    .option('--json', 'as JSON')
    .action(async ({ url, json }: DoctorFlags) => {
      const findings = [...versions(), ...(await machine()), ...capabilities(), ...(await targets()), await queue(url)];
      console.log(json ? JSON.stringify(findings, undefined, 2) : findings.map(lineOf).join('\n'));
      if (findings.some(({ ok }) => !ok)) process.exitCode = 1;
    });
}

const lineOf = ({ ok, what, text, hint }: Finding): string =>
  `${ok ? '✔' : '✖'} ${what.padEnd(14)} ${text}${hint === undefined ? '' : `\n    try  ${hint}`}`;

const require = createRequire(import.meta.url);

function versionOf(name: string): string | undefined {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    return undefined;
  }
}

function versions(): Finding[] {
  const { version } = require('../../package.json') as { version: string };
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const recent = major > 20 || (major === 20 && minor >= 19);
  const peers = ['bullmq', 'ioredis'].map((name) => `${name} ${versionOf(name) ?? 'not installed'}`);
  const node: Finding = {
    ok: recent,
    what: 'Node.js',
    text: `${process.version} on ${process.platform} ${process.arch}`,
  };
  return [
    { ok: true, what: 'chunkwise', text: version },
    recent ? node : { ...node, hint: 'Node.js 20.19 or later' },
    { ok: true, what: 'remote', text: peers.join(', ') },
  ];
}

/** The first line of a file of the kernel; undefined elsewhere than on Linux, or where there is no such limit. */
const kernelFile = (path: string): Promise<string | undefined> =>
  readFile(path, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );

/** Containers and batch systems give less than the machine has. */
async function machine(): Promise<Finding[]> {
  const [quota, period] = (await kernelFile('/sys/fs/cgroup/cpu.max'))?.split(' ') ?? [];
  const limited = quota === undefined || quota === 'max' ? undefined : Number(quota) / Number(period);
  const cores = availableParallelism();
  const most = await kernelFile('/sys/fs/cgroup/memory.max');
  const memory = most === undefined || most === 'max' ? undefined : Number(most);
  const tooMany = limited !== undefined && limited < cores;
  const share = limited === undefined ? '' : `, cgroup allows ${limited}`;
  const core: Finding = { ok: !tooMany, what: 'cores', text: `${cores} of ${cpus().length} to be used${share}` };
  const workers = Math.max(1, Math.floor(limited ?? cores));
  return [
    tooMany ? { ...core, hint: `da.threads({ workers: ${workers} }), chunkwise worker --slots ${workers}` } : core,
    {
      ok: true,
      what: 'memory',
      text: `${formatBytes(freemem())} free of ${formatBytes(totalmem())}${memory === undefined ? '' : `, cgroup allows ${formatBytes(memory)}`}`,
    },
  ];
}

const capabilities = (): Finding[] => [
  {
    ok: hasSimd,
    what: 'SIMD',
    text: hasSimd ? 'WebAssembly with SIMD' : 'WebAssembly without SIMD: slower, same digits',
  },
  {
    ok: sharedMemory,
    what: 'shared memory',
    text: sharedMemory ? 'threads share blocks' : 'threads send blocks to each other',
  },
];

async function targets(): Promise<Finding[]> {
  try {
    const { readTargets } = await import('../remote/targets.js');
    const { path, targets: known } = await readTargets();
    if (path === undefined) return [];
    return [{ ok: true, what: 'targets', text: `${Object.keys(known).join(', ')} (${path})` }];
  } catch (error) {
    return [{ ok: false, what: 'targets', text: textOf(error) }];
  }
}

async function queue(given: string | undefined): Promise<Finding> {
  const url = given ?? process.env.CHUNKWISE_REDIS_URL;
  if (url === undefined) return { ok: true, what: 'queue', text: 'none named (--url or CHUNKWISE_REDIS_URL)' };
  try {
    const { connect } = await import('../remote/client.js');
    const start = performance.now();
    await using client = await connect(url);
    const { processes, slots } = await client.workforce();
    const took = (performance.now() - start).toFixed(0);
    return {
      ok: true,
      what: 'queue',
      text: `reached in ${took} ms; ${processes} workers take ${slots} jobs at a time`,
    };
  } catch (error) {
    const [text = '', hint] = textOf(error).split('\n  try  ');
    return { ok: false, what: 'queue', text, ...(hint === undefined ? {} : { hint }) };
  }
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
