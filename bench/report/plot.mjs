/** Line plots on logarithmic axes, one panel above the other, as SVG without scripts or fonts of its own. */

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [720, 220, 80, 130, 34, 40];
/** Okabe and Ito's palette, told apart by the colour-blind too. */
const colours = ['#0072b2', '#d55e00', '#009e73', '#cc79a7'];

const escapeText = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

/** Powers of ten that enclose the values. */
const decades = (values) => {
  const low = Math.floor(Math.log10(Math.min(...values)) + 1e-9);
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9));
  return { low, high };
};

const power = (exponent) =>
  exponent >= -2 && exponent <= 3
    ? String(Number(`1e${exponent}`))
    : `10<tspan dy="-5" font-size="9">${exponent}</tspan>`;

/** `panels`: { title, unit, series: [{ name, points: [[x, y]] }] }; all share the x axis. Points of y <= 0 are left out. */
export function logPlot({ title, xLabel, panels }) {
  const shown = panels.map((panel) => ({
    ...panel,
    series: panel.series.map((s) => ({ ...s, points: s.points.filter(([, y]) => y > 0) })),
  }));
  const x = decades(shown.flatMap((p) => p.series.flatMap((s) => s.points.map((point) => point[0]))));
  const height = 40 + shown.length * HEIGHT + 10;
  const body = shown.map((panel, i) => drawPanel(panel, x, 40 + i * HEIGHT, i === shown.length - 1 ? xLabel : ''));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeText(title)}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${LEFT}" y="24" font-size="15" font-weight="600">${escapeText(title)}</text>`,
    ...body,
    '</svg>\n',
  ].join('\n');
}

function drawPanel({ title, unit, series }, x, top, xLabel) {
  const y = decades(series.flatMap((s) => s.points.map((point) => point[1])));
  const [plotWidth, plotHeight] = [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM];
  const atX = (v) => LEFT + (plotWidth * (Math.log10(v) - x.low)) / (x.high - x.low);
  const atY = (v) => top + TOP + plotHeight * (1 - (Math.log10(v) - y.low) / (y.high - y.low));
  const parts = [`<text x="${LEFT}" y="${top + TOP - 12}">${escapeText(title)}, ${escapeText(unit)}</text>`];
  for (let e = y.low; e <= y.high; e++) {
    const at = atY(10 ** e);
    parts.push(`<path d="M${LEFT} ${at}H${LEFT + plotWidth}" stroke="#ddd"/>`);
    parts.push(`<text x="${LEFT - 8}" y="${at + 4}" text-anchor="end" fill="#555">${power(e)}</text>`);
  }
  for (let e = x.low; e <= x.high; e++) {
    const at = atX(10 ** e);
    parts.push(`<path d="M${at} ${top + TOP}V${top + TOP + plotHeight}" stroke="#eee"/>`);
    parts.push(
      `<text x="${at}" y="${top + TOP + plotHeight + 16}" text-anchor="middle" fill="#555">${power(e)}</text>`,
    );
  }
  series.forEach(({ name, points }, i) => {
    const [colour, path] = [colours[i % colours.length], points.map(([px, py]) => `${atX(px)},${atY(py)}`).join(' ')];
    parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [px, py] of points) parts.push(`<circle cx="${atX(px)}" cy="${atY(py)}" r="3" fill="${colour}"/>`);
    parts.push(
      `<text x="${LEFT + plotWidth + 12}" y="${top + TOP + 14 + 18 * i}" fill="${colour}">${escapeText(name)}</text>`,
    );
  });
  if (xLabel)
    parts.push(
      `<text x="${LEFT + plotWidth / 2}" y="${top + HEIGHT - 4}" text-anchor="middle">${escapeText(xLabel)}</text>`,
    );
  return parts.join('\n');
}
