/** How many times as long as chunkwise: a row a workload, a mark a system, on a logarithmic axis. */
import { ratioOf } from './numbers.mjs';
import { present } from './tables.mjs';

const [WIDTH, LEFT, RIGHT, ROW, TOP] = [1040, 350, 30, 30, 60];
/** Okabe and Ito's palette; with three shapes enough for all systems. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'];

const marks = [
  (x, y, fill) => `<circle cx="${x}" cy="${y}" r="5" fill="${fill}"/>`,
  (x, y, fill) => `<rect x="${x - 4.5}" y="${y - 4.5}" width="9" height="9" fill="${fill}"/>`,
  (x, y, fill) => `<path d="M${x} ${y - 6}L${x + 6} ${y + 5}H${x - 6}Z" fill="${fill}"/>`,
];
const escapeText = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const mark = (s, x, y) => marks[Math.floor(s / colours.length) % marks.length](x, y, colours[s % colours.length]);

function points(report) {
  const systems = present(report).filter((s) => s.id !== 'chunkwise');
  const rows = report.workloads.map((workload) => ({
    workload,
    at: systems.map((s) => ratioOf(workload, s.id, 'chunkwise')),
  }));
  return { systems, rows };
}

function axis(low, high, atX, bottom) {
  const lines = [];
  for (let e = low; e <= high; e++) {
    const x = atX(10 ** e);
    lines.push(`<path d="M${x} ${TOP}V${bottom}" stroke="${e === 0 ? '#555' : '#ddd'}"/>`);
    lines.push(`<text x="${x}" y="${bottom + 16}" text-anchor="middle" fill="#555">${Number(`1e${e}`)} x</text>`);
  }
  return lines;
}

function legend(systems, top) {
  return systems.map(({ title }, s) => {
    const [x, y] = [LEFT + 210 * (s % 3), top + 20 * Math.floor(s / 3)];
    return `${mark(s, x, y)}<text x="${x + 12}" y="${y + 4}">${escapeText(title)}</text>`;
  });
}

export function peersChart(report) {
  const { systems, rows } = points(report);
  const all = rows.flatMap((row) => row.at).filter((x) => x !== undefined);
  if (all.length === 0) return undefined;
  const low = Math.min(0, Math.floor(Math.log10(Math.min(...all))));
  const high = Math.max(1, Math.ceil(Math.log10(Math.max(...all))));
  const atX = (ratio) =>
    Math.round((LEFT + ((WIDTH - LEFT - RIGHT) * (Math.log10(ratio) - low)) / (high - low)) * 10) / 10;
  const bottom = TOP + ROW * rows.length;
  const height = bottom + 50 + 20 * Math.ceil(systems.length / 3);
  const body = rows.flatMap(({ workload, at }, r) => {
    const y = TOP + ROW * (r + 0.5);
    const label = `<text x="${LEFT - 10}" y="${y + 4}" text-anchor="end">${escapeText(`${workload.id} ${workload.title}`)}</text>`;
    return [label, ...at.flatMap((x, s) => (x === undefined ? [] : [mark(s, atX(x), y)]))];
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Times as long as chunkwise" font-family="system-ui, sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    `<text x="${LEFT}" y="24" font-size="15" font-weight="600">Times as long as chunkwise; to the left of 1 x is faster</text>`,
    `<text x="${LEFT}" y="44" fill="#555">${escapeText(`${report.machine.cpu}, ${report.threads} threads, ${report.machine.date}`)}</text>`,
    ...axis(low, high, atX, bottom),
    ...body,
    ...legend(systems, bottom + 40),
    '</svg>',
  ].join('\n')}\n`;
}
