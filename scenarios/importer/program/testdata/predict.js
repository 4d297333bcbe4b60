// Load test of the scoring service, in the way that k6's documentation suggests.
import http from 'k6/http';
import { check, group, sleep, fail } from 'k6';
import { Rate, Trend } from 'k6/metrics';
import { SharedArray } from 'k6/data';
import { randomIntBetween, randomItem, uuidv4 } from 'https://jslib.k6.io/k6-utils/1.4.0/index.js';

const BASE_URL = __ENV.BASE_URL || 'http://localhost:8080';
const failures = new Rate('failures');
const scoring = new Trend('scoring_time', true);
const models = ['small', 'large'];

const people = new SharedArray('people', function () {
  return JSON.parse(open('./people.json')).people;
});

export const options = {
  stages: [
    { duration: '30s', target: 20 },
    { duration: '1m30s', target: 20 },
    { duration: '20s', target: 0 },
  ],
  thresholds: {
    http_req_duration: ['p(95)<500', 'avg<200', { threshold: 'p(99.9) < 2000', abortOnFail: true, delayAbortEval: '10s' }],
    'http_req_duration{name:score}': ['med<=50'],
    http_req_failed: ['rate<0.01'],
    checks: ['rate>0.95'],
    failures: ['rate<0.1'],
  },
};

const json = { headers: { 'Content-Type': 'application/json', 'X-Request-Id': uuidv4() } };

export function setup() {
  const res = http.post(`${BASE_URL}/auth/token`, { username: 'load', password: 'hunter2' });
  const ok = check(res, { 'logged in': (r) => r.status === 200 && r.json('access_token') !== '' });
  if (!ok) {
    fail('no token');
  }
  return { token: res.json('access_token') };
}

export default function (data) {
  const params = {
    headers: { ...json.headers, Authorization: `Bearer ${data.token}` },
    tags: { name: 'score' },
  };

  const payload = JSON.stringify({
    features: Array.from({ length: 4 }, () => Math.random()),
    age: Math.floor(Math.random() * 80) + 18,
    model: randomItem(models),
    rows: [[1, 2.5], [3, 4]],
    person: randomItem(people).id,
  });

  const res = http.post(`${BASE_URL}/v1/score`, payload, params);
  failures.add(res.status !== 200);
  scoring.add(res.timings.duration);
  check(res, {
    'status is 200': (r) => r.status === 200,
    'has a score': (r) => r.json().score !== undefined,
    'score is a share': (r) => r.json('score') >= 0 && r.json('score') <= 1,
    'is fast': (r) => r.timings.duration < 300,
    'speaks JSON': (r) => r.headers['Content-Type'].includes('application/json'),
    'is signed': (r) => verify(r.body, __ENV.KEY),
  });

  sleep(randomIntBetween(1, 3));

  group('history', () => {
    const id = res.json('request.id');
    const list = http.get(`${BASE_URL}/v1/scores/${id}?limit=10&page=${randomIntBetween(1, 5)}`, params);
    check(list, { 'not empty': (r) => JSON.parse(r.body).items.length > 0 });
    if (Math.random() < 0.2) {
      http.del(`${BASE_URL}/v1/scores/${id}`, null, params);
    } else {
      http.get(BASE_URL + '/v1/models');
    }
  });

  const responses = http.batch([
    ['GET', `${BASE_URL}/health`],
    { method: 'POST', url: BASE_URL + '/v1/feedback', body: 'rating=5&text=fine', params: { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } } },
  ]);
  http.get('https://cdn.example.com/logo.png');
  http.get(nextPage(responses[0]));
  sleep(1);
}

export function teardown(data) {
  http.post(`${BASE_URL}/v1/flush`, null, { headers: { Authorization: `Bearer ${data.token}` } });
}
