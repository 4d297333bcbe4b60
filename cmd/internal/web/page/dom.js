// Elements, made of text only: nothing that comes from a result is ever read as HTML.

// h makes an element: h('a', { href: '#/', class: 'x', onclick: f }, 'text', child, …).
export function h(tag, props, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) e.addEventListener(name.slice(2), value);
    else if (name === 'value') e.value = value;
    else e.setAttribute(name, value === true ? '' : String(value));
  }
  e.append(...children.flat().filter((c) => c !== undefined && c !== null && c !== false));
  return e;
}

// field is a labelled control, with what stands below it.
export function field(label, control, hint) {
  const id = control.id || (control.id = 'f' + Math.random().toString(36).slice(2));
  const note = hint ? h('p', { class: 'hint', id: id + '-hint' }, hint) : null;
  if (note) control.setAttribute('aria-describedby', note.id);
  return h('div', { class: 'field' }, h('label', { for: id }, label), control, note);
}

// option is one of a select.
export const option = (value, text, selected) => h('option', { value, selected }, text);

// say tells a sentence to everybody: shown for a while, and read aloud.
let hiding;
export function say(text) {
  const box = document.getElementById('said');
  box.textContent = text;
  box.classList.add('shown');
  clearTimeout(hiding);
  hiding = setTimeout(() => box.classList.remove('shown'), 6000);
}

// ask wants a yes, in a dialog that the keyboard can use and escape leaves.
export function ask(question, yes) {
  return new Promise((resolve) => {
    const dialog = h('dialog', { 'aria-labelledby': 'question' },
      h('form', { method: 'dialog' },
        h('p', { id: 'question' }, question),
        h('div', { class: 'row end' },
          h('button', { value: 'no', autofocus: true }, 'Keep it'),
          h('button', { value: 'yes', class: 'danger' }, yes))));
    dialog.addEventListener('close', () => {
      resolve(dialog.returnValue === 'yes');
      dialog.remove();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

// number is a figure for people, of three digits that count.
export function number(v) {
  if (v === null || v === undefined || !Number.isFinite(v)) return '–';
  if (v === 0) return '0';
  const a = Math.abs(v);
  if (a >= 1e6) return v.toExponential(2);
  if (a >= 100) return v.toFixed(0);
  return String(Number(v.toPrecision(3)));
}

// seconds is a length of time for people.
export function seconds(s) {
  s = Math.max(0, Math.round(s));
  const parts = [[Math.floor(s / 3600), 'h'], [Math.floor(s / 60) % 60, 'min'], [s % 60, 's']];
  return parts.filter(([n], i) => n > 0 || (i === 2 && s < 60)).map(([n, unit]) => `${n} ${unit}`).join(' ');
}

// size is a number of bytes for people.
export function size(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

// moment is a time of day, with its date, where the reader is.
export function moment(iso) {
  const d = new Date(iso);
  const two = (n) => String(n).padStart(2, '0');
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
}
