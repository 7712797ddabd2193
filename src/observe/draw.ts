/** Pictures of graphs: SVG without any system package, DOT, or JSON. */
import { createFile } from '#files';
import { ArgumentError } from '../core/errors.js';

const formats = ['svg', 'dot', 'json'] as const;
export type GraphFormat = (typeof formats)[number];
const directions = ['TB', 'LR', 'BT', 'RL'] as const;
export type RankDir = (typeof directions)[number];

export interface PictureOptions {
  /** Where to write the text as well; its extension says the format where `format` does not. */
  readonly filename?: string;
  /** Default: the extension of `filename`, or 'svg'. */
  readonly format?: GraphFormat;
  /** Which way the data flows: top to bottom by default. */
  readonly rankdir?: RankDir;
}

/** What there is to draw. */
export interface Drawable {
  /** For those who cannot see the picture. */
  readonly words: string;
  dot(rankdir: RankDir): string;
  /** What JSON holds. */
  readonly data: unknown;
}

/** Tints and strokes that stay apart for colour-blind readers, on light and on dark pages. */
const kinds = {
  map: ['#dcebf7', '#0072b2', '#14303f'],
  reduce: ['#fbe7d3', '#d55e00', '#43260f'],
  source: ['#d8f1e7', '#009e73', '#10382c'],
  view: ['#ececf0', '#7a7f8a', '#2b2e35'],
} as const;
type Tint = keyof typeof kinds;
const tints = Object.keys(kinds) as Tint[];

const fills = (place: 0 | 2): string =>
  tints.map((kind) => `.${kind} path{fill:${kinds[kind][place]};stroke:${kinds[kind][1]}}`).join('');

/** One width for all characters, the same in every font of the list, so that text fits the boxes Graphviz measured. */
const font = 'font-family:ui-monospace,Menlo,"DejaVu Sans Mono","Liberation Mono","Courier New",monospace';

const style = [
  `.node path{fill:${kinds.view[0]};stroke:${kinds.view[1]}}${fills(0)}`,
  `.node text{fill:#1b1f24;${font}}`,
  '.node text:first-of-type{font-weight:600}',
  '.edge path{fill:none;stroke:#7a7f8a}.edge polygon{fill:#7a7f8a;stroke:#7a7f8a}',
  `@media(prefers-color-scheme:dark){.node path{fill:${kinds.view[2]}}${fills(2)}.node text{fill:#eef0f3}}`,
].join('');

/** Graphviz draws; colours come from one style sheet, so that the picture follows the reader's light or dark page. */
async function svgOf({ words, dot }: Drawable, rankdir: RankDir): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  const drawn = (await instance()).renderString(dot(rankdir), { format: 'svg' });
  const svg = drawn.slice(drawn.indexOf('<svg')).replace(/<!--[\s\S]*?-->\n?/g, '');
  return svg.replace(
    /<svg[^>]*>/,
    (tag) => `${tag.replace('<svg', `<svg role="img" aria-label="${words}"`)}\n<style>${style}</style>`,
  );
}

function formatOf({ filename, format }: PictureOptions): GraphFormat {
  const given =
    format ?? (filename === undefined ? 'svg' : filename.slice(filename.lastIndexOf('.') + 1).toLowerCase());
  const known = formats.find((name) => name === given);
  if (known !== undefined) return known;
  throw new ArgumentError('visualize', `'${given}' is not a graph format; there are ${formats.join(', ')}`, {
    hint: "filename: 'graph.svg'",
  });
}

/** The picture's text, written to `filename` where one is given. `make` is called once the options are known to be right. */
export async function draw(make: () => Drawable, options: PictureOptions): Promise<string> {
  const { filename, rankdir = 'TB' } = options;
  const format = formatOf(options);
  if (!directions.includes(rankdir)) {
    throw new ArgumentError('visualize', `rankdir '${rankdir}' is none of ${directions.join(', ')}`);
  }
  const text = await textOf(make(), format, rankdir);
  if (filename !== undefined) await save(filename, text);
  return text;
}

async function textOf(drawable: Drawable, format: GraphFormat, rankdir: RankDir): Promise<string> {
  if (format === 'svg') return svgOf(drawable, rankdir);
  return format === 'dot' ? drawable.dot(rankdir) : `${JSON.stringify(drawable.data, undefined, 2)}\n`;
}

async function save(filename: string, text: string): Promise<void> {
  const file = await createFile('visualize', filename);
  try {
    await file.write(new TextEncoder().encode(text), 0);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}
