// The page: which part of it the address names, and what all parts share.
import { api, live } from './api.js';
import { h, say } from './dom.js';
import { checksPage } from './checks.js';
import { measurePage } from './measure.js';
import { comparePage, resultPage } from './result.js';
import { resultsPage } from './results.js';

const main = document.getElementById('main');
let leave;
let turn = 0;

async function show() {
  const mine = ++turn;
  const [path, search] = location.hash.replace(/^#/, '').split('?');
  const [, part = '', name = ''] = path.split('/');
  const params = new URLSearchParams(search);
  leave?.();
  leave = undefined;
  const box = document.createElement('div');
  const pages = {
    '': measurePage, measure: measurePage, results: resultsPage, checks: checksPage,
    result: (into) => resultPage(into, decodeURIComponent(name)), compare: (into) => comparePage(into, params),
  };
  try {
    const left = await (pages[part] ?? notThere)(box, params);
    if (mine !== turn) { left?.(); return; }
    leave = left;
  } catch (err) {
    if (mine !== turn) return;
    box.append(h('h1', { tabindex: '-1' }, 'That did not work'), h('p', { class: 'wrong', role: 'alert' }, err.message));
  }
  main.replaceChildren(box);
  const heading = box.querySelector('h1');
  document.title = `${heading?.textContent ?? 'mlbench'} · mlbench`;
  if (mine > 1) heading?.focus(); // a new page is read from its heading on
  for (const a of document.querySelectorAll('nav a')) {
    const here = a.hash === `#/${part || 'measure'}` || (a.hash === '#/results' && (part === 'result' || part === 'compare'));
    if (here) a.setAttribute('aria-current', 'page'); else a.removeAttribute('aria-current');
  }
}

async function notThere(box) {
  box.append(h('h1', { tabindex: '-1' }, 'Not there'), h('p', {}, 'There is no such page. ', h('a', { href: '#/measure' }, 'Measure')));
}

// What runs is said on each page, and its end aloud.
let ran = null;
live.addEventListener('change', () => {
  const link = document.getElementById('running');
  link.hidden = !live.running;
  if (live.running) {
    link.textContent = `Running: ${live.job.title}`;
    link.href = live.job.kind === 'verify' || live.job.kind === 'selftest' ? '#/checks' : '#/measure';
    ran = live.job.id;
  } else if (ran === live.job?.id) {
    ran = null;
    say(`${live.job.title} has ended`);
  }
});

addEventListener('hashchange', show);
live.connect();
show();

const logout = document.getElementById('logout');
logout.addEventListener('click', async () => { await api.logout(); location.assign('/login'); });
api.choices().then((c) => { logout.hidden = !c.login; }, () => {});
