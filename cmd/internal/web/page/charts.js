// Charts of a measurement over time, drawn by uPlot, with the colours of the page.
import { h, number } from './dom.js';

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

// Series of each chart: what a point has, how it is called, and how it is drawn.
const figures = [
  {
    title: 'Throughput', unit: '1/s', series: [
      { label: 'planned', of: (p) => p.asked_rps, dash: [5, 4], plain: true },
      { label: 'achieved', of: (p) => p.achieved_rps },
    ],
  },
  {
    title: 'Latency', unit: 'ms', series: [
      { label: 'p50', of: (p) => p.p50_ms },
      { label: 'p99', of: (p) => p.p99_ms, dash: [6, 3] },
    ],
  },
  { title: 'Errors', unit: '1/s', series: [{ label: 'errors', of: (p) => rate(p.errors.total, p), bad: true }] },
  { title: 'In flight', unit: 'requests', series: [{ label: 'most in flight', of: (p) => p.in_flight_max }] },
];

const rate = (n, p) => (p.duration_s > 0 ? n / p.duration_s : null);

// shown are the points that charts have: intervals with a length, of targets.
export const shown = (points) => points.filter((p) => p.duration_s > 0 && (p.arm === 'A' || p.arm === 'B'));

const end = (p) => p.t_s + p.duration_s;

// columns makes uPlot's form: all instants, and of each series a value or nothing at each.
function columns(points, arms, figure) {
  const sorted = [...points].sort((a, b) => end(a) - end(b));
  const data = [sorted.map(end)];
  for (const arm of arms) {
    for (const s of figure.series) data.push(sorted.map((p) => (p.arm === arm ? s.of(p) ?? null : null)));
  }
  return data;
}

// warmups are the spans of load that is in no figure.
function warmups(points) {
  return points.filter((p) => p.phase !== 'measure').map((p) => [p.t_s, end(p)]);
}

function shade(spans) {
  return (u) => {
    u.ctx.save();
    u.ctx.fillStyle = colour('--shade');
    for (const [from, to] of spans()) {
      const x = u.valToPos(from, 'x', true);
      u.ctx.fillRect(x, u.bbox.top, u.valToPos(to, 'x', true) - x, u.bbox.height);
    }
    u.ctx.restore();
  };
}

function seriesOf(figure, arms, head) {
  const name = (arm) => head.targets.find((t) => t.arm === arm)?.name ?? arm;
  const out = [{ label: 'after', value: (_, v) => (v === null || v === undefined ? '–' : `${v.toFixed(0)} s`) }];
  for (const arm of arms) {
    for (const s of figure.series) {
      const tint = s.plain ? '--muted' : s.bad && arms.length === 1 ? '--worse' : arm === 'A' ? '--a' : '--b';
      out.push({
        label: arms.length > 1 ? `${arm} ${name(arm)} ${s.label}` : s.label,
        stroke: () => colour(tint), width: s.dash ? 1.5 : 2, dash: s.dash, spanGaps: true,
        points: { show: false }, value: (_, v) => number(v),
      });
    }
  }
  return out;
}

function axes() {
  const ink = () => colour('--muted');
  const grid = { stroke: () => colour('--line'), width: 1 };
  const font = '12px system-ui, sans-serif';
  return [
    { stroke: ink, grid, ticks: grid, font, size: 34, values: (_, vs) => vs.map((v) => `${v} s`) },
    { stroke: ink, grid, ticks: grid, font, size: 52, values: (_, vs) => vs.map(number) },
  ];
}

// Charts are all figures of one measurement; update draws what has come.
export class Charts {
  constructor() {
    this.element = h('div', { class: 'charts' });
    this.made = [];
    this.theme = matchMedia('(prefers-color-scheme: dark)');
    this.redraw = () => this.made.forEach((c) => c.plot.redraw(false, true));
    this.theme.addEventListener('change', this.redraw);
    this.fit = new ResizeObserver(() => this.made.forEach((c) => c.plot.setSize(this.sizeOf(c.box))));
    this.fit.observe(this.element);
  }

  sizeOf(box) { return { width: Math.max(240, box.clientWidth), height: 190 }; }

  update(head, points) {
    const rows = shown(points);
    const arms = head.targets.length > 1 ? ['A', 'B'] : ['A'];
    const key = JSON.stringify([head.targets, head.start]);
    if (key !== this.key) this.make(head, arms, key);
    this.spans = warmups(rows);
    for (const c of this.made) c.plot.setData(columns(rows, arms, c.figure));
  }

  make(head, arms, key) {
    this.key = key;
    this.made.forEach((c) => c.plot.destroy());
    this.element.replaceChildren();
    this.made = figures.map((figure) => {
      const plain = { ...figure, series: figure.series.filter((s) => !s.plain || head.open) };
      const box = h('figure', { class: 'chart', 'aria-label': `${figure.title} over time` },
        h('figcaption', {}, figure.title, h('span', { class: 'unit' }, ` ${figure.unit}`)));
      this.element.append(box);
      const plot = new uPlot({
        ...this.sizeOf(box), series: seriesOf(plain, arms, head), axes: axes(),
        scales: { x: { time: false }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
        cursor: { sync: { key: 'mlbench' }, drag: { x: false, y: false } }, legend: { live: true, markers: { width: 2, dash: (u, i) => (u.series[i].dash ? 'dashed' : 'solid') } },
        hooks: { drawClear: [shade(() => this.spans ?? [])] },
      }, [[]], box);
      plot.root.querySelector('canvas').setAttribute('aria-hidden', 'true');
      return { figure: plain, plot, box };
    });
  }

  destroy() {
    this.theme.removeEventListener('change', this.redraw);
    this.fit.disconnect();
    this.made.forEach((c) => c.plot.destroy());
  }
}

// courseTable is the last intervals as a table, for those who do not see charts.
export function courseTable(head, points, most = 30) {
  const rows = shown(points).slice(-most).reverse();
  const cells = (p) => [
    ...(head.targets.length > 1 ? [p.arm] : []), `${end(p).toFixed(1)} s`, p.phase === 'measure' ? '' : 'warm-up',
    number(p.asked_rps), number(p.achieved_rps), number(p.p50_ms), number(p.p99_ms), String(p.errors.total), String(p.in_flight_max),
  ];
  const heads = [...(head.targets.length > 1 ? ['Target'] : []), 'Until', 'Phase', 'Planned, 1/s', 'Achieved, 1/s', 'p50, ms', 'p99, ms', 'Errors', 'In flight'];
  return h('table', {},
    h('caption', {}, `The last ${rows.length} intervals, the newest first`),
    h('thead', {}, h('tr', {}, heads.map((t) => h('th', { scope: 'col' }, t)))),
    h('tbody', {}, rows.map((p) => h('tr', {}, cells(p).map((t) => h('td', {}, t))))));
}
