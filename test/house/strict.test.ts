/** The suite runs as the library must: where no text may become code. */
import { expect, test } from 'vitest';

test('text cannot become code in these tests', () => {
  const make = Function as unknown as (body: string) => unknown;
  expect(() => make('return 1')).toThrow(EvalError);
});
