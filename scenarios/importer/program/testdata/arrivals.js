import http from 'k6/http';
import { check, sleep } from 'k6';
import { uuidv4 } from 'https://jslib.k6.io/k6-utils/1.4.0/index.js';

const base = `${__ENV.SCHEME || 'https'}://${__ENV.HOST}/api`;
const KEY = __ENV.API_KEY;

export const options = {
  noConnectionReuse: false,
  scenarios: {
    predict: {
      executor: 'ramping-arrival-rate',
      startRate: 60,
      timeUnit: '1m',
      preAllocatedVUs: 50,
      maxVUs: 200,
      stages: [
        { target: 600, duration: '1m' },
        { target: 600, duration: '3m' },
      ],
      exec: 'predict',
    },
    browse: {
      executor: 'constant-vus',
      vus: 5,
      duration: '4m',
      startTime: '10s',
      exec: 'browse',
    },
  },
  thresholds: {
    'http_req_duration{scenario:predict}': ['p(99)<250'],
    'http_req_waiting{scenario:browse}': 'max<1000',
    'http_req_failed{status:500}': ['rate<0.001'],
    http_reqs: ['rate>50'],
  },
};

export function predict() {
  const rows = [];
  for (let i = 0; i < 3; i++) {
    rows.push({ id: i, x: Math.random() * 10 - 5, tag: Math.random() < 0.5 ? 'a' : 'b' });
  }
  const response = http.post(base + '/predict', JSON.stringify({ rows, trace: uuidv4() }), {
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'X-Api-Key': KEY },
    timeout: '2s',
  });
  check(response, {
    ok: (r) => [200, 202].includes(r.status),
    'not an error': (r) => r.status < 400 && !r.body.includes('error'),
    'all rows': (r) => {
      const out = r.json();
      return Array.isArray(out.scores) && out.scores.length === 3 && out.model == 'small';
    },
  });
}

export const browse = () => {
  const list = http.get(`${base}/models`).json('models.0.name');
  for (const part of ['card', 'schema']) {
    http.get(`${base}/models/${list}/${part}`);
  }
  sleep(Math.random() * 2 + 1);
};
