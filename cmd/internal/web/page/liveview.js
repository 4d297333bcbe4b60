// What runs, or ran last: figures of the last second, charts, and what the child says.
import { api, live } from './api.js';
import { Charts, courseTable, shown } from './charts.js';
import { h, moment, number, say, seconds } from './dom.js';

export class LiveView {
  constructor() {
    this.title = h('h2', { tabindex: '-1' });
    this.state = h('p', { class: 'state' });
    this.bar = h('progress', { 'aria-label': 'Progress', max: 1 });
    this.stop = h('button', { class: 'danger', onclick: () => this.halt() }, 'Stop');
    this.open = h('a', { class: 'button main' }, 'Open the result');
    this.numbers = h('dl', { class: 'numbers' });
    this.charts = new Charts();
    this.table = h('details', { ontoggle: () => this.update() }, h('summary', {}, 'As a table'), this.rows = h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Intervals' }));
    this.words = h('pre', { class: 'said', tabindex: '0', 'aria-label': 'What mlbench says' });
    this.output = h('pre', { class: 'said', tabindex: '0', 'aria-label': 'Output' });
    this.empty = h('p', { class: 'empty' }, 'Nothing was measured here yet. Choose a scenario and a target, and start: charts appear here as it runs.');
    this.element = h('section', { class: 'live', 'aria-label': 'The measurement' },
      h('div', { class: 'row' }, this.title, h('span', { class: 'spring' }), this.stop, this.open),
      this.state, this.bar, this.numbers, this.charts.element, this.table, this.output, this.words, this.empty);
    this.ticking = setInterval(() => { if (live.running) this.time(); }, 1000);
  }

  destroy() { clearInterval(this.ticking); this.charts.destroy(); }

  async halt() {
    const again = live.job.stopping;
    try {
      await api.stop(live.job.id);
      say(again ? 'Killed' : 'It ends, and keeps what it has measured');
    } catch (err) { say(err.message); }
  }

  update() {
    const job = live.job;
    const some = job !== null;
    for (const e of [this.title, this.state, this.charts.element]) e.hidden = !some;
    this.empty.hidden = some || !live.known;
    this.stop.hidden = !live.running;
    this.open.hidden = !some || live.running || !job.result || !live.head;
    this.bar.hidden = !live.running;
    this.words.hidden = !live.said || (!live.running && !job?.said);
    this.output.hidden = !live.output;
    this.table.hidden = this.numbers.hidden = !some || !live.head;
    if (!some) return;
    this.title.textContent = job.title;
    this.stop.textContent = job.stopping ? 'Kill it' : 'Stop';
    if (job.result) this.open.href = '#/result/' + encodeURIComponent(job.result);
    write(this.words, live.said || job.said || '');
    write(this.output, live.output);
    this.time();
    if (!live.head) { this.charts.element.hidden = true; return; }
    this.charts.update(live.head, live.points);
    this.figures();
    if (this.table.open && Date.now() - (this.tabled ?? 0) > 1900) {
      this.tabled = Date.now();
      this.rows.replaceChildren(courseTable(live.head, live.points));
    }
  }

  // time says how far it is, or how it ended.
  time() {
    const job = live.job;
    const spent = (Date.now() - Date.parse(job.started)) / 1000;
    const lost = live.connected ? '' : ' (the connection to mlbench ui is lost: trying again)';
    if (job.ended) {
      this.state.className = [0, 4, 130, undefined].includes(job.exit) ? 'state' : 'state not';
      this.state.textContent = ended(job) + lost;
      return;
    }
    this.state.className = 'state';
    const planned = job.planned_s ?? 0;
    if (planned > 0) this.bar.value = Math.min(1, spent / planned); else this.bar.removeAttribute('value');
    const most = job.kind === 'compare' ? 'at most ' : '';
    this.state.textContent = `${job.stopping ? 'Ending' : 'Running'} since ${moment(job.started)}: ${seconds(spent)}` +
      (planned > 0 ? ` of ${most}${seconds(planned)}` : '') + lost;
  }

  figures() {
    const rows = shown(live.points);
    const errors = rows.reduce((n, p) => n + p.errors.total, 0);
    const cells = [];
    for (const t of live.head.targets) {
      const p = rows.findLast((q) => q.arm === t.arm);
      const who = live.head.targets.length > 1 ? `${t.arm} ${t.name} ` : '';
      if (!p) continue;
      cells.push([who + 'throughput', `${number(p.achieved_rps)}/s`, p.asked_rps ? `planned ${number(p.asked_rps)}/s` : '', t.arm],
        [who + 'p50', `${number(p.p50_ms)} ms`, '', t.arm], [who + 'p99', `${number(p.p99_ms)} ms`, '', t.arm]);
      if (live.head.targets.length === 1) cells.push(['in flight', String(p.in_flight_max), '', '']);
    }
    cells.push(['errors so far', String(errors), errors ? classes(rows) : '', errors ? 'bad' : '']);
    this.numbers.replaceChildren(...cells.map(([name, value, note, kind]) =>
      h('div', { class: kind === 'bad' ? 'bad' : kind === 'B' ? 'arm-b' : 'arm-a' }, h('dt', {}, name), h('dd', {}, value, note ? h('small', {}, note) : null))));
  }
}

// classes are errors by their class, the most frequent first.
function classes(rows) {
  const sums = {};
  for (const p of rows) for (const [name, n] of Object.entries(p.errors.by_class)) sums[name] = (sums[name] ?? 0) + n;
  return Object.entries(sums).sort((a, b) => b[1] - a[1]).map(([name, n]) => `${name} ${n}`).join(', ');
}

// ended is how a job did, in words.
function ended(job) {
  const at = moment(job.ended);
  const what = {
    0: 'Done', 3: 'Done: a regression', 4: 'Done: not decided', 5: 'Done, but the numbers say little about the target (see the report)',
    6: 'Done: an objective was missed', 7: 'Done: the answers differ', 130: 'Stopped: what was measured is kept',
  }[job.exit];
  if (what) return `${what}, ${at}`;
  if (job.exit === undefined) return job.stopping ? `Stopped, ${at}` : `Ended while mlbench ui was not running, seen ${at}`;
  return `It failed (${job.exit < 0 ? 'killed' : 'exit ' + job.exit}), ${at}: see below what it said. Mend that, and start again.`;
}

// write replaces a text, and stays at its end.
function write(pre, text) {
  if (pre.textContent === text) return;
  pre.textContent = text;
  pre.scrollTop = pre.scrollHeight;
}
