// One result, or two runs side by side: the report that mlbench renders, in a frame, with
// what can be done about it.
import { api, query } from './api.js';
import { Charts, courseTable } from './charts.js';
import { h, ask, field, say } from './dom.js';
import { labels } from './results.js';

export async function resultPage(main, name) {
  const file = (await api.results()).files.find((f) => f.name === name);
  if (!file) {
    main.append(h('h1', { tabindex: '-1' }, 'Not there'), h('p', {}, `${name} is not among the results (any more). `, h('a', { href: '#/results' }, 'All results')));
    return undefined;
  }
  const choices = await api.choices();
  const report = new Report({ file: [name] }, choices);
  const remove = h('button', { class: 'danger', onclick: async () => {
    if (!await ask(`Delete ${name}? It cannot be had back.`, 'Delete it')) return;
    try {
      await api.remove(name);
      say(`${name} is deleted`);
      location.hash = '#/results';
    } catch (err) { say(err.message); }
  } }, 'Delete');
  const charts = new Course(name);
  main.append(
    h('h1', { tabindex: '-1' }, file.scenario ? `${file.scenario}: ${file.targets.join(' and ')}` : name),
    h('p', { class: 'hint name' }, name, ' ', labels(file)),
    h('div', { class: 'row' }, report.downloads(true), h('span', { class: 'spring' }), remove),
    file.command === 'compare' ? report.limits('Judge again with other limits', 'as it was measured') : null,
    report.frame, charts.element);
  return () => charts.destroy();
}

export async function comparePage(main, params) {
  const files = params.getAll('file');
  const choices = await api.choices();
  const report = new Report({ file: files, max_regression: params.get('max_regression') }, choices);
  main.append(
    h('h1', { tabindex: '-1' }, 'Two runs compared'),
    h('p', { class: 'hint name' }, `A, the baseline: ${files[0]}`, h('br'), `B, the candidate: ${files[1]}`),
    h('div', { class: 'row' },
      h('button', { onclick: () => { location.hash = '#/compare?' + query({ file: [files[1], files[0]] }); } }, 'Swap A and B'), report.downloads(false)),
    report.limits('Limits', 'the usual ones'), report.frame);
}

class Report {
  constructor(values, choices) {
    this.values = values;
    this.choices = choices;
    this.frame = h('iframe', { class: 'report', title: 'Report', sandbox: 'allow-same-origin allow-popups', onload: () => this.fit() });
    this.links = h('ul', {});
    this.show();
    addEventListener('resize', this.fitted = () => (this.frame.isConnected ? this.fit() : removeEventListener('resize', this.fitted)));
  }

  show() {
    this.frame.src = '/report?' + query(this.values);
    this.links.replaceChildren(...(this.values.file.length === 1 ? ['file'] : []).concat(this.choices.formats).map((f) =>
      h('li', {}, h('a', { href: `/api/export/${f}?` + query(this.values), download: true }, f === 'file' ? 'result file (.jsonl)' : f))));
  }

  // fit makes the frame as high as what is in it: the page scrolls, not the frame.
  fit() {
    const inner = this.frame.contentDocument?.documentElement;
    if (!inner) return;
    this.frame.style.height = '0';
    this.frame.style.height = `${Math.max(320, inner.scrollHeight + 2)}px`;
  }

  downloads() {
    return h('details', { class: 'menu' }, h('summary', { class: 'button' }, 'Download'), this.links);
  }

  limits(label, placeholder) {
    const input = h('input', { type: 'text', value: this.values.max_regression ?? '', placeholder: `${placeholder}, or throughput=5%,p99=10%,errors=0.5`, spellcheck: 'false', autocomplete: 'off' });
    return h('form', { class: 'row judge', onsubmit: (event) => {
      event.preventDefault();
      this.values.max_regression = input.value.trim();
      this.show();
      say('Judged again: see the report');
    } }, field(label, input), h('button', {}, 'Judge'));
  }
}

// Course is the measurement over time, as it was shown while it ran.
class Course {
  constructor(name) {
    this.charts = new Charts();
    const box = h('div', {});
    const load = async () => {
      if (!this.element.open || this.loaded) return;
      this.loaded = true;
      try {
        const course = await api.course(name);
        box.append(this.charts.element, h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Intervals' }, courseTable(course.head, course.points)));
        if (course.damage) box.prepend(h('p', { class: 'wrong' }, `The file is damaged: ${course.damage}. What comes before that is shown.`));
        this.charts.update(course.head, course.points);
      } catch (err) { box.append(h('p', { class: 'wrong', role: 'alert' }, err.message)); }
    };
    this.element = h('details', { class: 'course', ontoggle: load }, h('summary', {}, 'How it went over time'), box);
  }

  destroy() { this.charts.destroy(); }
}
