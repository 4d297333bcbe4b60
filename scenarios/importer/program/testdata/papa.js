import http from 'k6/http';
import papaparse from 'https://jslib.k6.io/papaparse/5.1.1/index.js';
import { SharedArray } from 'k6/data';
import { check, group } from 'k6';
import { Rate } from 'k6/metrics';
import { randomItem } from 'https://jslib.k6.io/k6-utils/1.4.0/index.js';

const rows = new SharedArray('rows', function () {
  return papaparse.parse(open('./weather.csv'), { header: true }).data;
});
const errors = new Rate('errors');
export let options = { stages: [{ duration: '1m', target: 20 }], thresholds: { errors: ['rate<0.1'], 'http_req_duration{name:Predict}': ['p(99)<800'] } };

function headers(token) {
  return { headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` }, tags: { name: 'Predict' } };
}

export function setup() {
  const res = http.post('http://api.local/token', { username: 'svc', password: 'hunter2' });
  check(res, { 'logged in': (r) => r.status === 200 });
  return { token: res.json('access_token') };
}

export default function (data) {
  const row = randomItem(rows);
  group('predict', () => {
    const res = http.post('http://api.local/predict', JSON.stringify({ city: row.city, temp: Number(row.temp) }), headers(data.token));
    const ok = check(res, {
      'status is 200': (r) => r.status == 200,
      'has prediction': (r) => { const b = r.json(); return b.prediction !== undefined && b.prediction > 0; },
      'in range': (r) => inRange(r.json().prediction, 0, 100),
    });
    errors.add(!ok);
    if (!ok) {
      console.log(res.body);
    }
  });
  try {
    http.patch('http://api.local/feedback', JSON.stringify({ good: Math.random() < 0.5 }), headers(data.token));
  } catch (e) {
    http.post('http://api.local/report');
  }
}
