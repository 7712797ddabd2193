/** Which modules a worker runs: those that were named when it was started. */
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ArgumentError, RefusedError } from '#src/core/errors.js';
import { moduleRule } from '#src/remote/modules.js';

const allows = (allowed: readonly string[], url: string): boolean => {
  try {
    moduleRule(allowed)(url, 'f');
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(RefusedError);
    return false;
  }
};

describe('modules that are allowed', () => {
  test.each([
    [['/srv/tasks/'], 'file:///srv/tasks/a.js'],
    [['/srv/tasks/'], 'file:///srv/tasks/deep/er/a.mjs?version=2'],
    [['file:///srv/tasks/'], 'file:///srv/tasks/a%20b.js'],
    [['/x/', '/srv/a.js'], 'file:///srv/a.js'],
    [['./here.js'], pathToFileURL('here.js').href],
    [['./here/'], pathToFileURL('here/a.js').href],
  ])('%j stand for %s', (allowed, url) => expect(allows(allowed, url)).toBe(true));
});

describe('modules that are not', () => {
  test.each([
    [[], 'file:///srv/tasks/a.js'],
    [['/srv/tasks/'], 'file:///srv/tasks-of-others/a.js'],
    [['/srv/tasks'], 'file:///srv/tasks/a.js'],
    [['/srv/tasks/'], 'file:///srv/tasks/../a.js'],
    [['/srv/tasks/'], 'file:///srv/tasks/%2e%2e/a.js'],
    [['/srv/tasks/'], 'file:///srv/tasks/..%2fa.js'],
    [['/srv/tasks/'], 'file:///srv/tasks/\\..\\..\\a.js'],
    [['/srv/tasks/'], 'file:///srv/tasks/node_modules/shell/index.js'],
    [['/srv/tasks/'], 'file://host/srv/tasks/a.js'],
    [['/srv/a.js'], 'file:///srv/a.js/b.js'],
    [['/'], 'data:text/javascript,process.exit()'],
    [['/'], 'node:child_process'],
    [['/'], 'https://example.org/a.js'],
    [['/'], '/srv/tasks/a.js'],
    [['/'], 'not a URL'],
  ])('%j do not stand for %s', (allowed, url) => expect(allows(allowed, url)).toBe(false));

  test('are named in the error, with the flag', () => {
    expect(() => moduleRule(['/srv/'])('file:///home/me/work.js', 'train')).toThrow(
      /^train: this worker does not run the module file:\/\/\/home\/me\/work\.js[\s\S]*--allow-module/,
    );
  });

  test.each(['', 'data:text/', 'node:fs', 'https://example.org/'])('cannot be allowed: %j', (pattern) => {
    expect(() => moduleRule([pattern])).toThrow(ArgumentError);
  });
});
