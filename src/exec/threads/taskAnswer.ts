/** What a thread does with a call that it is sent. */
import { TaskError } from '../../core/errors.js';
import { toFailure } from '../failure.js';
import type { Port } from '../platform/types.js';
import { callTask, packed, unpacked } from '../tasks/call.js';
import type { TaskAnswer, TaskOrder } from './taskThreads.js';

export const isOrder = (message: unknown): message is TaskOrder =>
  typeof message === 'object' && message !== null && 'ticket' in message && 'module' in message;

export async function answer(port: Port, { ticket, module, name, args }: TaskOrder): Promise<void> {
  port.postMessage({ ticket, begun: true } satisfies TaskAnswer);
  try {
    const value = packed(await callTask({ module, name, args: args.map(unpacked) }));
    tell(port, { ticket, value }, name);
  } catch (thrown) {
    port.postMessage({ ticket, failure: toFailure(thrown) } satisfies TaskAnswer);
  }
}

/** Functions, for one, cannot be sent back. */
function tell(port: Port, message: TaskAnswer, name: string): void {
  try {
    port.postMessage(message);
  } catch (thrown) {
    throw new TaskError(name, 'what it returned cannot be sent back', { hint: 'return plain data', cause: thrown });
  }
}
