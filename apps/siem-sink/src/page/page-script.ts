/**
 * What the page does: looks once a second, and shows what it finds. Everything that came from a sender is written as
 * `textContent`, so that none of it is ever markup; nothing here makes markup out of text.
 */
export const PAGE_SCRIPT = `
'use strict';
const EVERY_MS = 1000;
const SHOWN = 50;
const LONGEST = 20000;
const COUNTS = [
  ['received', 'received'],
  ['distinct', 'distinct'],
  ['duplicates', 'repeated'],
  ['outOfOrder', 'out of order'],
  ['withoutId', 'without an id'],
  ['refusedRequests', 'requests refused'],
];
const byId = (id) => document.getElementById(id);
const buttons = [...document.querySelectorAll('button[data-mode]')];
let seen = '';

function made(name, text, className) {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (className !== undefined) element.className = className;
  return element;
}

function filled(name, ...children) {
  const element = document.createElement(name);
  element.append(...children);
  return element;
}

function textOf(value) {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
}

function partOf(value, ...path) {
  return path.reduce((at, name) => (typeof at === 'object' && at !== null ? at[name] : undefined), value);
}

function showStatus(status) {
  const counts = COUNTS.map(([name, words]) =>
    filled('li', made('span', String(status[name]), 'number'), made('span', words)));
  const last = status.lastReceivedAt === null ? 'never' : new Date(status.lastReceivedAt).toLocaleTimeString();
  counts.push(filled('li', made('span', last, 'number'), made('span', 'last arrived')));
  for (const [chain, position] of Object.entries(status.chains)) {
    counts.push(filled('li', made('span', String(position), 'number'), made('span', 'last of chain ' + chain)));
  }
  byId('counts').replaceChildren(...counts);
  for (const button of buttons) {
    button.setAttribute('aria-pressed', String(button.dataset.mode === status.mode));
  }
}

/** In the words of the formats jsonl and record. */
function actorOf(event) {
  const paths = [['user', 'id'], ['event', 'actor', 'id'], ['audited', 'actor', 'kind'], ['event', 'actor', 'kind']];
  return paths.map((path) => textOf(partOf(event, ...path))).find((text) => text !== '') ?? '';
}

function rowOf(received) {
  const { event, isDuplicate, isOutOfOrder } = received;
  const marks = [isDuplicate ? 'repeated' : '', isOutOfOrder ? 'out of order' : ''].filter(Boolean).join(', ');
  const words = typeof event === 'string' ? event : textOf(partOf(event, 'message') ?? partOf(event, 'event', 'action'));
  const whole = filled('details', made('summary', words === '' ? 'the event' : words.slice(0, 300)));
  whole.append(made('pre', (typeof event === 'string' ? event : JSON.stringify(event, null, 2)).slice(0, LONGEST)));
  const row = filled(
    'tr',
    made('td', new Date(received.receivedAt).toLocaleTimeString()),
    made('td', textOf(received.chain) + ' ' + textOf(received.position), 'number'),
    filled('td', made('span', textOf(received.type)), made('span', marks === '' ? '' : ' ' + marks, 'mark')),
    made('td', textOf(partOf(event, 'event', 'outcome'))),
    made('td', actorOf(event)),
    filled('td', whole),
  );
  if (isDuplicate) row.className = 'repeated';
  return row;
}

async function answer(path, method) {
  const response = await fetch(path, { method, cache: 'no-store' });
  if (!response.ok) throw new Error('The receiver answered ' + response.status);
  return response.json();
}

async function look(status) {
  showStatus(status);
  // Rows that somebody has unfolded stay as they are until something arrives.
  const now = status.received + ' ' + status.kept + ' ' + status.lastReceivedAt;
  if (now !== seen) {
    const { events } = await answer('/events?limit=' + SHOWN, 'GET');
    byId('events').replaceChildren(...events.map(rowOf));
    seen = now;
  }
}

async function attempt(path, method) {
  try {
    await look(await answer(path, method));
    byId('trouble').textContent = '';
  } catch (error) {
    byId('trouble').textContent = 'The receiver does not answer: does it still run? ' + error.message;
  }
}

async function watch() {
  await attempt('/status', 'GET');
  setTimeout(watch, EVERY_MS);
}

for (const button of buttons) {
  button.addEventListener('click', () => attempt('/fail?mode=' + button.dataset.mode, 'POST'));
}
byId('clear').addEventListener('click', () => attempt('/events', 'DELETE'));
watch();
`;
