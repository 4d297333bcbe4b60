import http from 'k6/http';
import exec from 'k6/execution';
import { check, group, sleep } from 'k6';
import { SharedArray } from 'k6/data';

const users = new SharedArray('users', () => [{ name: 'ada', city: 'Paris' }, { name: 'bob', city: 'Rome' }]);

export const options = {
  scenarios: {
    smoke: { executor: 'constant-vus', vus: 1, duration: '10s', exec: 'browse', env: { STAGE: 'test' } },
    load: { executor: 'ramping-arrival-rate', startRate: 10, timeUnit: '1s', preAllocatedVUs: 50, startTime: '10s', exec: 'buy', stages: [{ target: 50, duration: '30s' }] },
    side: { executor: 'per-vu-iterations', vus: 2, iterations: 3, startTime: '2s', exec: 'ping' },
  },
  thresholds: {
    'http_req_duration{scenario:smoke}': ['p(95)<500'],
    'http_req_duration{scenario:load}': ['p(95)<900'],
    'http_req_duration{scenario:side}': ['max<100'],
    http_req_failed: [{ threshold: 'rate<0.05', abortOnFail: true, delayAbortEval: '20s' }],
  },
};

export function browse() {
  group('front page', () => {
    http.get('http://shop.local/', { headers: { 'Accept-Encoding': 'gzip', Connection: 'close' } });
    http.batch([['GET', 'http://shop.local/a.css'], ['GET', 'http://cdn.other/b.js']]);
  });
  sleep(1);
}

export function buy() {
  const user = users[exec.scenario.iterationInTest % users.length];
  const res = http.post('http://shop.local/orders', JSON.stringify({ user: user.name, city: user.city, vu: __VU, where: exec.scenario.name }), { timeout: '120s' });
  if (res.status === 409) {
    http.del('http://shop.local/orders/last');
  }
  check(res, { created: (r) => r.status === 201 || r.status === 202 });
}

export function ping() {
  http.get('http://shop.local/ping');
}
