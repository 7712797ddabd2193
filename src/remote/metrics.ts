/** A worker's figures for Prometheus, on loopback alone and only when asked for. */
import { createServer } from 'node:http';
import type { RemoteWorker } from './workerOptions.js';

/** Serves /metrics on 127.0.0.1:`port` until the worker ends; gives the port. */
export async function serveMetrics(worker: RemoteWorker, port: number): Promise<number> {
  const server = createServer((request, response) => {
    const found = request.method === 'GET' && request.url === '/metrics';
    response.writeHead(found ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4' });
    response.end(found ? metricsText(worker) : '');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  void worker.closed.then(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

export function metricsText({ figures, slots }: Pick<RemoteWorker, 'figures' | 'slots'>): string {
  const rows = [
    ['jobs_total', 'counter', 'Jobs finished.', figures.jobs],
    ['jobs_failed_total', 'counter', 'Jobs that failed here, tries counted each.', figures.failed],
    ['batches_total', 'counter', 'Batches of tasks computed.', figures.batches],
    ['busy_seconds_total', 'counter', 'Time that threads were at work.', figures.busyMs / 1000],
    ['jobs_active', 'gauge', 'Jobs taken and not finished.', figures.active],
    ['slots', 'gauge', 'Jobs that can be taken at the same time.', slots],
  ] as const;
  return rows
    .map(([name, type, help, value]) => {
      const full = `chunkwise_worker_${name}`;
      return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${full} ${value}\n`;
    })
    .join('');
}
