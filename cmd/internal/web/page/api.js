// What the server is asked: paths of its own, and JSON. Its sentences are errors' texts.

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Error('mlbench ui does not answer: is it still running?');
  }
  if (response.status === 401) {
    location.assign('/login');
    throw new Error('log in first');
  }
  const text = await response.text();
  let read;
  try {
    read = JSON.parse(text);
  } catch {
    read = { error: text.trim() };
  }
  if (!response.ok) throw new Error(read.error || `the server answered ${response.status}`);
  return read;
}

export const api = {
  choices: () => call('GET', '/api/choices'),
  results: () => call('GET', '/api/results'),
  course: (file) => call('GET', '/api/course?' + query({ file })),
  start: (order) => call('POST', '/api/jobs', order),
  stop: (id) => call('POST', '/api/stop', { id }),
  remove: (name) => call('DELETE', '/api/result/' + encodeURIComponent(name)),
  logout: () => call('POST', '/logout', {}),
};

// query writes values, also lists of them; empty ones are left out.
export function query(values) {
  const q = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const v of [value].flat()) if (v) q.append(name, v);
  }
  return q.toString();
}

// live is what runs, or ran last, as the server tells it; it dispatches 'change'.
class Live extends EventTarget {
  job = null;
  head = null;
  points = [];
  of = null; // the job that points are of
  said = '';
  output = '';
  damage = '';
  connected = false;
  known = false; // the server has told what there is

  connect() {
    const source = new EventSource('/api/live');
    const on = (name, take) => source.addEventListener(name, (event) => {
      take(JSON.parse(event.data), event);
      this.changed();
    });
    source.addEventListener('open', () => { this.connected = true; this.changed(); });
    source.addEventListener('error', () => {
      this.connected = false;
      this.changed();
      if (source.readyState === EventSource.CLOSED) { // refused: it does not try again by itself
        source.close();
        setTimeout(() => { this.of = null; this.connect(); }, 3000);
      }
    });
    on('begin', (id) => this.begin(id));
    on('job', (job) => { this.known = true; this.begin(job?.id); this.job = job; });
    on('head', (head) => { this.head = head; });
    on('points', (points, event) => { this.begin(event.lastEventId.split('.')[0]); this.points.push(...points); });
    on('said', (text) => { this.said = text; });
    on('output', (text) => { this.output = text; });
    on('damage', (text) => { this.damage = text; });
  }

  begin(id) {
    if (!id || id === this.of) return;
    this.of = id;
    this.points = [];
    this.head = null;
    this.said = this.output = this.damage = '';
  }

  get running() { return this.job !== null && !this.job.ended; }

  // changed tells at most once per frame.
  changed() {
    if (this.waits) return;
    this.waits = true;
    setTimeout(() => { this.waits = false; this.dispatchEvent(new Event('change')); }, 50);
  }
}

export const live = new Live();
