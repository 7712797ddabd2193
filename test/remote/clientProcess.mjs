/** A client that is going to be killed at work: see deaths.test.ts. */
import { connect } from '#src/remote/client.js';
import { resumable } from './resumable.mjs';

const [url, store] = process.argv.slice(2);
await resumable().compute({ executor: await connect({ url, store, resume: 'again' }) });
