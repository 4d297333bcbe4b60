// Checks: whether two targets answer the same, and whether the numbers can be trusted here.
import { api, live } from './api.js';
import { h, field, option, say } from './dom.js';
import { LiveView } from './liveview.js';

export async function checksPage(main) {
  const choices = await api.choices();
  const view = new LiveView();
  const wrong = h('p', { class: 'wrong', role: 'alert' });
  const begin = async (order) => {
    wrong.textContent = '';
    try {
      say(`${(await api.start(order)).title}: started`);
    } catch (err) { wrong.textContent = err.message; }
  };
  const scenario = h('select', {}, choices.scenarios.filter((s) => !s.error).map((s) => option(s.name, s.name, s.name === 'mix')));
  const target = (n) => h('select', {}, choices.targets.map((t, i) => option(t.ref, `${t.name} – ${t.about}`, i === n)));
  const a = target(1);
  const b = target(0);
  const verify = h('button', { class: 'main' }, 'Verify');
  const self = h('button', { class: 'main', onclick: () => begin({ kind: 'selftest' }) }, 'Run the self-test');
  main.append(h('h1', { tabindex: '-1' }, 'Checks'),
    h('div', { class: 'measure' },
      h('div', {},
        h('form', { class: 'panel', 'aria-label': 'Verify', onsubmit: (e) => { e.preventDefault(); begin({ kind: 'verify', scenario: scenario.value, targets: [a.value, b.value] }); } },
          h('h2', {}, 'Do both answer the same?'),
          h('p', { class: 'hint' }, 'Asks both targets the same, ordinary requests and edge cases, and shows where answers differ.'),
          field('Scenario', scenario), field('Baseline (A)', a), field('Candidate (B)', b), verify),
        h('section', { class: 'panel', 'aria-label': 'Self-test' },
          h('h2', {}, 'Can the numbers be trusted?'),
          h('p', { class: 'hint' }, 'Measures servers of known behaviour on this machine, for half a minute or so, and says whether it got them right.'), self),
        wrong),
      view.element));
  const change = () => {
    view.update();
    verify.disabled = self.disabled = live.running;
    view.element.hidden = live.job === null || (live.job.kind !== 'verify' && live.job.kind !== 'selftest' && !live.running);
  };
  live.addEventListener('change', change);
  change();
  return () => { live.removeEventListener('change', change); view.destroy(); };
}
