/** Where a server is and how to get in: from a URL, options and the environment. Never to be shown whole. */
import { readFile } from 'node:fs/promises';
import { ArgumentError } from '../core/errors.js';

export interface Credentials {
  readonly username?: string;
  readonly password?: string;
  /** A file that holds the password, as mounted secrets are. */
  readonly passwordFile?: string;
  /** PEM texts for rediss:// URLs: who signed the server's certificate, and the client's own certificate and key. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** What ioredis is given. */
export interface Address {
  readonly url: string;
  readonly options: {
    readonly username?: string;
    readonly password?: string;
    readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  };
}

const environment = {
  url: 'CHUNKWISE_REDIS_URL',
  username: 'CHUNKWISE_REDIS_USERNAME',
  password: 'CHUNKWISE_REDIS_PASSWORD',
  passwordFile: 'CHUNKWISE_REDIS_PASSWORD_FILE',
  ca: 'CHUNKWISE_REDIS_CA',
  cert: 'CHUNKWISE_REDIS_CERT',
  key: 'CHUNKWISE_REDIS_KEY',
} as const;

const fromEnvironment = (what: keyof typeof environment): string | undefined => process.env[environment[what]];

/** The address for `url`, completed by `credentials`, then by the environment. */
export async function addressOf(
  operation: string,
  url: string | undefined,
  credentials: Credentials = {},
): Promise<Address> {
  const given = url ?? fromEnvironment('url');
  if (given === undefined) {
    throw new ArgumentError(operation, 'no address was given', {
      hint: `'redis://host:6379', or set ${environment.url}`,
    });
  }
  const parsed = parse(operation, given);
  const file = credentials.passwordFile ?? fromEnvironment('passwordFile');
  const password =
    credentials.password ??
    (file === undefined ? undefined : (await readFile(file, 'utf8')).trim()) ??
    fromEnvironment('password');
  const username = credentials.username ?? fromEnvironment('username');
  return {
    url: parsed.href,
    options: {
      ...(username === undefined || parsed.username !== '' ? {} : { username }),
      ...(password === undefined || parsed.password !== '' ? {} : { password }),
      ...(parsed.protocol === 'rediss:' ? { tls: await certificates(credentials) } : {}),
    },
  };
}

function parse(operation: string, url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed !== undefined && /^rediss?:$/.test(parsed.protocol)) return parsed;
  throw new ArgumentError(operation, `${JSON.stringify(redact(url))} is not the address of a Redis or Valkey server`, {
    hint: "'redis://host:6379', or 'rediss://host:6379' for TLS",
  });
}

async function certificates({ tls = {} }: Credentials): Promise<NonNullable<Credentials['tls']>> {
  const read = async (part: 'ca' | 'cert' | 'key') => {
    const path = fromEnvironment(part);
    const text = tls[part] ?? (path === undefined ? undefined : await readFile(path, 'utf8'));
    return text === undefined ? {} : { [part]: text };
  };
  return Object.assign({}, ...(await Promise.all((['ca', 'cert', 'key'] as const).map(read))));
}

/** `text` with what stands between :// and @ of its URLs left out. */
export const redact = (text: string): string => text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^@/\s]*@/gi, '$1***@');
