// The page that starts a measurement, and shows it while it runs.
import { api, live } from './api.js';
import { h, field, option, say } from './dom.js';
import { LiveView } from './liveview.js';

// What was filled in last stays while the page is open.
const kept = { kind: 'run' };
const other = 'other:';

export async function measurePage(main) {
  const choices = await api.choices();
  const view = new LiveView();
  const form = new OrderForm(choices, () => view.title.focus());
  main.append(
    h('h1', { tabindex: '-1' }, 'Measure'),
    h('div', { class: 'measure' }, form.element, view.element));
  const change = () => { view.update(); form.update(); };
  live.addEventListener('change', change);
  change();
  return () => { live.removeEventListener('change', change); view.destroy(); };
}

class OrderForm {
  constructor(choices, started) {
    this.choices = choices;
    this.started = started; // there the next tab leads to the button that stops it
    this.wrong = h('p', { class: 'wrong', role: 'alert', tabindex: '-1' });
    this.button = h('button', { class: 'main', type: 'submit' }, 'Start');
    this.note = h('p', { class: 'hint' });
    this.fields = h('div', {});
    this.element = h('form', { class: 'panel order', 'aria-label': 'What to measure', onsubmit: (e) => this.submit(e) },
      h('h2', {}, 'What to measure'), this.kinds(), this.fields, this.button, this.note, this.wrong);
    this.draw();
  }

  kinds() {
    const radio = (value, text) => h('label', { class: 'radio' },
      h('input', { type: 'radio', name: 'kind', value, checked: kept.kind === value, onchange: () => { this.keep(); kept.kind = value; this.draw(); } }), text);
    return h('fieldset', { class: 'kinds' }, h('legend', {}, 'Kind'), radio('run', 'One target'), radio('compare', 'Two, side by side'));
  }

  draw() {
    const compare = kept.kind === 'compare';
    this.controls = {};
    const scenario = this.scenarioField();
    this.fields.replaceChildren(
      scenario,
      ...(compare ? [this.targetField('a', 'Baseline (A)'), this.targetField('b', 'Candidate (B)')] : [this.targetField('a', 'Target')]),
      this.loadField(),
      compare
        ? h('div', { class: 'pair' }, this.text('budget', 'At most', '2m', 'ends when it is decided'), this.text('warmup', 'Warm-up', this.chosen()?.warmup))
        : h('div', { class: 'pair' }, this.text('duration', 'Duration', this.chosen()?.duration), this.text('warmup', 'Warm-up', this.chosen()?.warmup)),
      h('details', { open: Boolean(kept.max_regression || kept.tags) }, h('summary', {}, 'More'),
        compare ? this.text('max_regression', 'Allowed changes for the worse', 'throughput=5%,p50=5%', 'empty: the usual limits') : null,
        this.text('tags', 'Labels', 'team=search, build=42', 'words to find the result again: NAME=VALUE, …')));
    this.describe();
  }

  text(name, label, placeholder, hint) {
    const input = h('input', { type: 'text', value: kept[name] ?? '', placeholder, autocomplete: 'off', spellcheck: 'false' });
    this.controls[name] = input;
    return field(label, input, hint);
  }

  scenarioField() {
    const list = this.choices.scenarios;
    kept.scenario ??= 'mix';
    const entry = (s) => h('option', { value: s.name, selected: s.name === kept.scenario, disabled: Boolean(s.error) }, s.error ? `${s.name}: ${s.error}` : s.name);
    const files = list.filter((s) => s.file);
    const select = h('select', { onchange: () => { this.keep(); this.draw(); this.controls.scenario.focus(); } },
      h('optgroup', { label: 'Shipped' }, list.filter((s) => !s.file).map(entry)),
      files.length ? h('optgroup', { label: 'Files of the folder' }, files.map(entry)) : null);
    this.controls.scenario = select;
    this.about = h('p', { class: 'hint' });
    const box = field('Scenario', select, ' ');
    this.about = box.querySelector('.hint');
    return box;
  }

  chosen() { return this.choices.scenarios.find((s) => s.name === this.controls.scenario.value); }

  describe() { this.about.textContent = this.chosen()?.description ?? ''; }

  targetField(name, label) {
    const key = 'target_' + name;
    const targets = this.choices.targets;
    kept[key] ??= targets[name === 'b' ? 0 : Math.min(1, targets.length - 1)]?.ref ?? other;
    const select = h('select', {}, targets.map((t) => option(t.ref, `${t.name} – ${t.about}`, t.ref === kept[key])), option(other, 'Another: its URL', kept[key] === other));
    const url = h('input', { type: 'url', value: kept[key + '_url'] ?? '', placeholder: 'http://127.0.0.1:8000', 'aria-label': `URL of ${label}`, autocomplete: 'off' });
    const reveal = () => { url.hidden = select.value !== other; };
    select.addEventListener('change', reveal);
    reveal();
    this.controls[key] = select;
    this.controls[key + '_url'] = url;
    const box = field(label, select, this.choices.targets_error || undefined);
    box.append(url);
    return box;
  }

  loadField() {
    const s = this.chosen();
    const own = !s ? '' : s.shape ? s.shape : s.users ? `${s.users} user${s.users > 1 ? 's' : ''}` : s.rate ? `${s.rate}/s` : '';
    kept.load ??= '';
    const select = h('select', {},
      option('', own ? `as the scenario says: ${own}` : 'as the scenario says', kept.load === ''),
      option('users', 'users: each waits for its answer', kept.load === 'users'),
      option('rate', 'rate: arrivals on their own schedule', kept.load === 'rate'));
    const amount = h('input', { type: 'text', inputmode: 'numeric', value: kept.amount ?? '', autocomplete: 'off' });
    const reveal = () => {
      amount.hidden = select.value === '';
      amount.placeholder = select.value === 'users' ? '16' : '200/s';
      amount.setAttribute('aria-label', select.value === 'users' ? 'How many users' : 'Requests per second');
    };
    select.addEventListener('change', reveal);
    reveal();
    Object.assign(this.controls, { load: select, amount });
    const box = field('Load', select);
    box.append(amount);
    return box;
  }

  keep() { for (const [name, control] of Object.entries(this.controls)) kept[name] = control.value; }

  order() {
    this.keep();
    const target = (name) => (kept['target_' + name] === other ? (kept[`target_${name}_url`] ?? '').trim() : kept['target_' + name]);
    const amount = (kept.amount ?? '').trim();
    const order = {
      kind: kept.kind, scenario: kept.scenario, warmup: kept.warmup.trim(),
      targets: kept.kind === 'compare' ? [target('a'), target('b')] : [target('a')],
      tags: (kept.tags ?? '').split(',').map((t) => t.trim()).filter(Boolean),
    };
    if (kept.load === 'users') order.users = amount;
    if (kept.load === 'rate') order.rate = /^[0-9.]+$/.test(amount) ? amount + '/s' : amount;
    if (kept.load && !amount) throw new Error(kept.load === 'users' ? 'how many users?' : 'which rate?');
    if (kept.kind === 'compare') {
      order.budget = kept.budget.trim();
      order.max_regression = (kept.max_regression ?? '').trim();
    } else {
      order.duration = kept.duration.trim();
    }
    return order;
  }

  async submit(event) {
    event.preventDefault();
    this.wrong.textContent = '';
    this.busy = true;
    this.update();
    try {
      const job = await api.start(this.order());
      say(`${job.title}: started`);
      this.started();
    } catch (err) {
      this.wrong.textContent = err.message;
      this.wrong.focus();
    }
    this.busy = false;
    this.update();
  }

  update() {
    this.button.disabled = this.busy || live.running;
    this.note.textContent = live.running ? 'One measurement at a time: stop the one that runs, or wait for it.' : '';
  }
}
