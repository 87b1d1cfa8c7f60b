import { createHash } from 'node:crypto';
import { FAILURE_MODES, type FailureMode } from '../failure-mode.js';
import type { Reply } from '../http/reply.js';
import { PAGE_SCRIPT } from './page-script.js';
import { PAGE_STYLE } from './page-style.js';

const BUTTONS: Readonly<Record<FailureMode, readonly [words: string, explanation: string]>> = {
  '503': ['503', 'busy: senders wait and come again'],
  '401': ['401', 'refuses the sender: it holds until somebody mends that'],
  hang: ['hang', 'never answers: senders give up after their time limit'],
  half: ['half', 'takes half of each request and breaks off: senders repeat all of it'],
  off: ['all is well', 'answers as it should'],
};

/** Nothing but this script and this style runs, whatever an event holds; and the page stands in no frame. */
const POLICY = [
  "default-src 'none'",
  `script-src '${hashOf(PAGE_SCRIPT)}'`,
  `style-src '${hashOf(PAGE_STYLE)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** The text is the same for everybody: what arrived is fetched by the script. */
const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SIEM sink</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<h1>SIEM sink</h1>
<p>Audit events that arrived here, in a process of its own. Break it below: the application goes on, its events wait in its
log, and arrive when all is well again. None may be missing then; some may be repeated.</p>
<ul id="counts"></ul>
<div id="modes">${FAILURE_MODES.map(buttonOf).join('')}<button id="clear">Clear</button></div>
<p id="trouble" role="status"></p>
<table>
<thead><tr><th>Arrived</th><th>Chain, position</th><th>Type</th><th>Outcome</th><th>Actor</th><th>What happened</th></tr></thead>
<tbody id="events"></tbody>
</table>
<noscript>The page needs JavaScript; <code>curl localhost:8088/events</code> does not.</noscript>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;

/** The page for people. */
export function sinkPage(): Reply {
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY };
  return { status: 200, headers, body: PAGE };
}

function buttonOf(mode: FailureMode): string {
  const [words, explanation] = BUTTONS[mode];
  const looks = mode === 'off' ? ' class="mends"' : '';
  return `<button data-mode="${mode}"${looks} title="${explanation}" aria-pressed="false">${words}</button>`;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
