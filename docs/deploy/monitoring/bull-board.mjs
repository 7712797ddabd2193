// A page that shows the queue, on loopback: npm install @bull-board/api@9 @bull-board/express@9 express@5 bullmq@6.7.0 ioredis@5.11.1
//   CHUNKWISE_REDIS_URL=redis://queue:6379 node bull-board.mjs [port] [pool...]
// It reads only. Whoever reaches the port sees the jobs: reach it through `ssh -L 3000:127.0.0.1:3000 machine`.
import { readFileSync } from 'node:fs';
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/dist/queueAdapters/bullMQ.js';
import { ExpressAdapter } from '@bull-board/express';
import { Queue } from 'bullmq';
import express from 'express';
import { Redis } from 'ioredis';

const [port = '3000', ...pools] = process.argv.slice(2);
const {
  CHUNKWISE_REDIS_URL: url,
  CHUNKWISE_REDIS_USERNAME: username,
  CHUNKWISE_REDIS_PASSWORD_FILE: file,
} = process.env;
const password = file === undefined ? process.env.CHUNKWISE_REDIS_PASSWORD : readFileSync(file, 'utf8').trim();
const connection = new Redis(url ?? 'redis://127.0.0.1:6379', { username, password, maxRetriesPerRequest: null });

const serverAdapter = new ExpressAdapter();
createBullBoard({
  queues: (pools.length > 0 ? pools : ['default']).map(
    (pool) => new BullMQAdapter(new Queue(`chunkwise-v1-${pool}`, { connection }), { readOnlyMode: true }),
  ),
  serverAdapter,
});

const app = express();
app.use('/', serverAdapter.getRouter());
const server = app.listen(Number(port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
