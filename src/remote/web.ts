/** What a page has of the remote room: browsers open no connection to a Redis. */
import { ArgumentError } from '../core/errors.js';

const refuse = (operation: string): Promise<never> =>
  Promise.reject(
    new ArgumentError(operation, 'a browser cannot reach a queue in Redis', {
      hint: 'compute in Node and send the page what it shows, or use da.threads() here',
    }),
  );

export const connect = (): Promise<never> => refuse('connect');
export const localCluster = (): Promise<never> => refuse('localCluster');
