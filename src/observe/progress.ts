/** The progress line: on a terminal one line that is redrawn, elsewhere a plain line now and then. */
import { formatBytes } from '../core/bytes.js';
import { counted } from './graph.js';

/** How far a computation is. */
export interface ProgressEvent {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly elapsedMs: number;
  /** Bytes of blocks held now, and the most there may be. */
  readonly bytes: number;
  readonly memoryLimit?: number | undefined;
  /** Workers at work, and in all. */
  readonly busy?: number;
  readonly workers?: number;
}

export interface ProgressSummary {
  readonly label: string;
  readonly wallMs: number;
  readonly tasks: number;
  readonly tasksUnfused: number;
  readonly efficiency: number;
  readonly peakBytes: number;
  readonly retries: number;
}

/** Where lines go: what process.stderr is. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  readonly stream?: TextStream;
  /** CI: plain lines. NO_COLOR: no colour. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Shown from the start, and when done, however short it was. */
  readonly always?: boolean;
}

/** What went wrong: in which operation, why, and the edit that helps. */
export interface ProgressFailure {
  readonly name: string;
  readonly operation?: string;
  readonly text: string;
  readonly why?: string;
  readonly hint?: string;
}

/** Milliseconds: nothing is shown of what is over sooner; redraws; plain lines. */
export const delay = { first: 1_000, redraw: 100, plain: 10_000 } as const;
const spinner = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const eighths = ' ▏▎▍▌▋▊▉';
const barWidth = 28;
const clearLine = '\r\u001b[2K';

const seconds = (ms: number): string => {
  const s = ms / 1000;
  if (s < 10) return `${s.toFixed(1).replace(/\.0$/, '')} s`;
  if (s < 120) return `${Math.round(s)} s`;
  return s < 7200 ? `${Math.floor(s / 60)} min ${Math.round(s % 60)} s` : `${(s / 3600).toFixed(1)} h`;
};

/** `fraction` of a bar, to an eighth of a character. */
export function bar(fraction: number, width = barWidth): string {
  const units = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  const full = '█'.repeat(Math.floor(units / 8));
  const part = units % 8 === 0 ? '' : (eighths[units % 8] as string);
  return `${full}${part}`.padEnd(width);
}

/** '⠹ mean  [███   ] 62 %   7/12 tasks   eta 2 s   mem 0.31 GiB / 2 GiB   workers 2/2', no longer than `columns`. */
export function progressLine(event: ProgressEvent, columns = 120): string {
  const { label, done, total, elapsedMs, bytes, memoryLimit, busy, workers } = event;
  const fraction = total === 0 ? 1 : done / total;
  const tick = spinner[Math.floor(elapsedMs / delay.redraw) % spinner.length] as string;
  const memory = memoryLimit === undefined ? formatBytes(bytes) : `${formatBytes(bytes)} / ${formatBytes(memoryLimit)}`;
  const parts = [
    `${tick} ${label}  [${bar(fraction)}] ${Math.floor(fraction * 100)} %`,
    `${done}/${total} tasks`,
    ...(done > 0 && done < total ? [`eta ${seconds((elapsedMs * (total - done)) / done)}`] : []),
    `mem ${memory}`,
    ...(workers === undefined ? [] : [`workers ${busy ?? workers}/${workers}`]),
  ];
  while (parts.length > 1 && parts.join('   ').length >= columns) parts.pop();
  return parts.join('   ').slice(0, Math.max(0, columns - 1));
}

/** '✔ mean  3.1 s   16 tasks (160 before fusion)   efficiency 87 %   peak 430 MiB   0 retries' */
export function summaryLine(summary: ProgressSummary): string {
  const { label, wallMs, tasks, tasksUnfused, efficiency, peakBytes, retries } = summary;
  const before = tasksUnfused === tasks ? '' : ` (${tasksUnfused} before fusion)`;
  const parts = [
    `✔ ${label}  ${seconds(wallMs)}`,
    `${counted(tasks, 'task')}${before}`,
    `efficiency ${Math.round(efficiency * 100)} %`,
    `peak ${formatBytes(peakBytes)}`,
    `${retries} ${retries === 1 ? 'retry' : 'retries'}`,
  ];
  return parts.join('   ');
}

/** '✖ MemoryLimitError in matmul: block [3,0] needs 3.2 GiB', then why and what to try, a line each. */
export function failureLines({ name, operation, text, why, hint }: ProgressFailure): string {
  const rows = [
    ['why', why],
    ['try', hint],
  ] as const;
  const more = rows.flatMap(([word, said]) => (said === undefined ? [] : [`    ${word}  ${said}`]));
  return [`✖ ${name}${operation === undefined ? '' : ` in ${operation}`}: ${text}`, ...more].join('\n');
}

export interface Progress {
  update(event: ProgressEvent): void;
  done(summary: ProgressSummary): void;
  fail(failure: ProgressFailure): void;
  /** Nothing more will be said: takes away the line that is being redrawn. */
  clear(): void;
}

type Colour = 'green' | 'red';
const codes: Readonly<Record<Colour, number>> = { green: 32, red: 31 };

interface Surroundings {
  readonly stderr?: TextStream;
  readonly env?: Readonly<Record<string, string | undefined>>;
}
const surroundings = (): Surroundings => (globalThis as { process?: Surroundings }).process ?? {};

const isSet = (value: string | undefined): boolean =>
  value !== undefined && value !== '' && value !== '0' && value !== 'false';

/** The line for one computation. Without a stream (in a browser, by default) it says nothing. */
export function progress(options: ProgressOptions = {}): Progress {
  const { stderr, env: processEnv } = surroundings();
  const { stream = stderr, env = processEnv ?? {}, always = false } = options;
  const live = stream?.isTTY === true && !isSet(env.CI) && env.TERM !== 'dumb';
  const coloured = stream?.isTTY === true && (env.NO_COLOR ?? '') === '';
  const paint = (text: string, mark: string, colour: Colour): string =>
    coloured ? text.replace(mark, `\u001b[${codes[colour]}m${mark}\u001b[39m`) : text;
  const first = live ? delay.first : delay.plain;
  let shown = 0;
  let lines = 0;
  const show = (event: ProgressEvent): void => {
    shown = event.elapsedMs;
    lines++;
    if (live) stream?.write(`${clearLine}${progressLine(event, stream.columns ?? 80)}`);
    else stream?.write(`${progressLine(event).slice(2)}\n`);
  };
  const last = (text: string): void => void stream?.write(`${live ? clearLine : ''}${text}\n`);
  return {
    update(event) {
      const again = live ? delay.redraw : delay.plain;
      const wait = lines > 0 ? again : always && live ? 0 : first;
      if (event.elapsedMs - shown >= wait) show(event);
    },
    done(summary) {
      if (always || lines > 0 || summary.wallMs >= first) last(paint(summaryLine(summary), '✔', 'green'));
    },
    fail(failure) {
      if (always || lines > 0) last(paint(failureLines(failure), '✖', 'red'));
    },
    clear() {
      if (live && lines > 0) stream?.write(clearLine);
    },
  };
}
