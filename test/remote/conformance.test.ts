/** The executor of many machines does what every executor does: on a real Redis, with two worker processes. */
import { afterAll, beforeAll } from 'vitest';
import { connect } from '#src/remote/client.js';
import { executorConformance } from '../conformance/executor.js';
import { makeSite, type Site } from './processes.js';
import { describeWithRedis, startRedis, type TestRedis } from './redis.js';

describeWithRedis('remote executor', () => {
  let redis: TestRedis;
  let site: Site;
  beforeAll(async () => {
    redis = await startRedis();
    site = makeSite(redis);
    await Promise.all([1, 2].map(() => site.worker({ allowData: ['file:///'] })));
  });
  afterAll(async () => {
    await site.close();
    await redis.stop();
  });

  executorConformance('remote', () => connect({ url: redis.url, store: site.store }));
});
