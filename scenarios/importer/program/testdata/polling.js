import http from 'k6/http';
import { check, sleep, fail } from 'k6';
import { Trend, Counter } from 'k6/metrics';

const waited = new Trend('waited');
const BASE = __ENV.BASE_URL || 'http://jobs.local';
export const options = { vus: 5, duration: '1m', userAgent: 'team-load/1.0', noConnectionReuse: true, dns: { ttl: '1m' } };

export default function () {
  const created = http.post(`${BASE}/jobs`, JSON.stringify({ prompt: 'a' }), { headers: { 'Content-Type': 'application/json' }, tags: { name: 'create' } });
  check(created, { 'is created': (r) => r.status === 201, 'has a number': (r) => typeof r.json('id') === 'number', 'no error text': (r) => r.body.split('error').length === 1 }) || fail('no job');
  const id = created.json('id');
  let state = '';
  let tries = 0;
  while (state !== 'done' && tries < 20) {
    const res = http.get(`${BASE}/jobs/${id}`);
    state = res.json('state');
    tries++;
    sleep(1);
  }
  for (let i = 0; i < 10; i++) {
    const res = http.get(`${BASE}/jobs/${id}/log`);
    if (res.json('closed') === true) {
      break;
    }
    sleep(0.2);
  }
  const u = new URL(`${BASE}/search`);
  u.searchParams.append('q', 'shoes');
  let page = http.get(u.toString());
  check(page, { ok: (r) => r.status === 200 });
  page = http.get(`${BASE}/last`);
  check(page, { ok: (r) => r.status === 200, ...more });
  waited.add(page.timings.duration);
}

export function handleSummary(data) {
  return { 'summary.json': JSON.stringify(data) };
}
