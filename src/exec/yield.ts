/** Letting the event loop turn while a thread computes. */

/** Goes on after whatever else waits for this thread: events, timers, messages. */
export const nextTurn = (): Promise<void> =>
  typeof setImmediate === 'function' ? new Promise((resolve) => setImmediate(resolve)) : viaChannel();

/** Unlike a timer, a message is not delayed by browsers. */
function viaChannel(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
