// The list of saved results.
import { api, query } from './api.js';
import { h, ask, field, moment, say, size } from './dom.js';

const kept = { filter: '', chosen: new Set() };

export async function resultsPage(main) {
  const list = new List();
  main.append(list.element);
  await list.load();
}

class List {
  constructor() {
    this.filter = h('input', { type: 'search', value: kept.filter, placeholder: 'scenario, target, label, commit, date …', oninput: () => { kept.filter = this.filter.value; this.draw(); } });
    this.compare = h('button', { class: 'main', onclick: () => this.go() }, 'Compare');
    this.about = h('p', { class: 'hint', role: 'status' });
    this.body = h('tbody', {});
    this.element = h('div', {},
      h('h1', { tabindex: '-1' }, 'Results'),
      h('div', { class: 'row filters' }, field('Find', this.filter), h('span', { class: 'spring' }), this.compare),
      this.about,
      h('div', { class: 'scroll' }, this.table = h('table', { class: 'results' },
        h('caption', { class: 'unseen' }, 'Saved results, the newest first'),
        h('thead', {}, h('tr', {}, ['Choose', 'Started', 'Scenario', 'Targets', 'Load', 'Ended', 'Labels', 'Delete'].map((t) => h('th', { scope: 'col' }, t)))),
        this.body)));
  }

  async load() {
    this.files = (await api.results()).files;
    for (const name of kept.chosen) if (!this.files.some((f) => f.name === name)) kept.chosen.delete(name);
    this.draw();
  }

  draw() {
    const words = kept.filter.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.files.filter((f) => words.every((w) => textOf(f).includes(w)));
    this.body.replaceChildren(...found.map((f) => this.row(f)));
    this.table.hidden = found.length === 0;
    this.about.textContent = this.files.length === 0
      ? 'There are no results yet: measure something, and it is kept here.'
      : found.length === this.files.length ? `${found.length} result${found.length > 1 ? 's' : ''}` : `${found.length} of ${this.files.length} results`;
    this.choices();
  }

  row(f) {
    const link = '#/result/' + encodeURIComponent(f.name);
    const broken = Boolean(f.error) && !f.start;
    const pick = h('input', { type: 'checkbox', 'aria-label': `Choose ${f.name}`, checked: kept.chosen.has(f.name), disabled: broken, onchange: () => {
      if (pick.checked) kept.chosen.add(f.name); else kept.chosen.delete(f.name);
      this.choices();
    } });
    const cell = (label, ...children) => h('td', { 'data-label': label }, ...children);
    const remove = h('button', { class: 'quiet', 'aria-label': `Delete ${f.name}`, onclick: () => this.remove(f, remove) }, 'Delete');
    if (broken) {
      return h('tr', { class: 'broken' }, cell('', pick), h('td', { colspan: 6, 'data-label': 'File' }, h('strong', {}, f.name), ' cannot be read: ', f.error), cell('', remove));
    }
    return h('tr', {},
      cell('', pick),
      cell('Started', h('a', { href: link, title: f.name }, moment(f.start))),
      cell('Scenario', f.scenario, f.command === 'compare' ? h('span', { class: 'chip' }, 'comparison') : null),
      cell('Targets', f.targets.join(' and ')),
      cell('Load', f.load),
      cell('Ended', h('span', { class: f.ended === 'failed' ? 'not' : '' }, f.ended || 'cut off, or still running'), f.error ? h('span', { class: 'hint' }, f.error) : null),
      cell('Labels', labels(f)),
      cell('', remove));
  }

  // choices says what comparing would do now.
  choices() {
    const names = [...kept.chosen];
    const files = names.map((n) => this.files.find((f) => f.name === n));
    this.compare.disabled = names.length !== 2 || files.some((f) => f.command === 'compare');
    this.compare.textContent = names.length === 2 && files.some((f) => f.command === 'compare')
      ? 'Comparisons are opened one by one' : names.length === 2 ? 'Compare the two' : `Compare: choose ${names.length > 2 ? 'only ' : ''}two runs`;
  }

  go() {
    // The older one is the baseline.
    const [head, base] = this.files.filter((f) => kept.chosen.has(f.name)).map((f) => f.name);
    location.hash = '#/compare?' + query({ file: [base, head] });
  }

  async remove(f, button) {
    const next = button.closest('tr').nextElementSibling ?? button.closest('tr').previousElementSibling;
    const name = next?.querySelector('input')?.getAttribute('aria-label');
    if (!await ask(`Delete ${f.name} (${size(f.bytes)})? It cannot be had back.`, 'Delete it')) return;
    try {
      await api.remove(f.name);
      kept.chosen.delete(f.name);
      say(`${f.name} is deleted`);
      await this.load();
      const row = [...this.body.rows].find((r) => r.querySelector('input')?.getAttribute('aria-label') === name);
      (row?.querySelector('button') ?? this.filter).focus();
    } catch (err) { say(err.message); }
  }
}

export const labels = (f) => Object.entries(f.tags ?? {}).map(([name, value]) => h('span', { class: 'chip' }, `${name}=${value}`));

const textOf = (f) => [f.name, f.scenario, f.command, f.load, f.ended, f.commit, f.error, ...f.targets, ...Object.entries(f.tags ?? {}).map(([k, v]) => `${k}=${v}`), f.start ? moment(f.start) : ''].join(' ').toLowerCase();
