// @ts-check
// The page on recovery: one stream of events, read twice, broken on purpose.

import { Breaks } from './breaks.js';
import { Caption } from './caption.js';
import { Clock } from './clock.js';
import { Figures } from './figures.js';
import { GapPanel } from './gap-panel.js';
import { Life } from './life.js';
import { ReturnPanel } from './return-panel.js';
import { SseReader } from './sse-reader.js';
import { Timeline } from './timeline.js';
import { Visit } from './visit.js';
import { WebSocketReader } from './websocket-reader.js';

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
const byId = (id) => /** @type {T} */ (/** @type {unknown} */ (document.getElementById(id)));

const hub = (byId('main').dataset.hub ?? '').replace(/\/$/, '');
const clock = new Clock();
const [sse, socket] = [new Life(clock, true), new Life(clock, false)];
const lanes = [
  { life: sse, reader: new SseReader(hub, sse) },
  { life: socket, reader: new WebSocketReader(hub, socket) },
];

new Timeline(byId('timeline'), clock, [
  { title: byId('sse-heading').textContent, life: sse },
  { title: byId('websocket-heading').textContent, life: socket },
]);
new Figures(byId('sse'), sse);
new Figures(byId('websocket'), socket);
new Caption(byId('caption'), clock, sse, socket);
new Breaks(byId('breaks'), byId('break-note'), byId('leave'), lanes);
new ReturnPanel(byId('sse-return'), lanes[0]);
new ReturnPanel(byId('websocket-return'), lanes[1]);
new GapPanel(byId('gap'), byId('resume'), hub, sse);

const trouble = byId('trouble');
new Visit(byId('breaks'), {
  onBegin: (topic, meters) => lanes.forEach(({ reader }, index) => reader.start(topic, meters[index])),
  onEnd: () => lanes.forEach(({ reader }) => reader.stop()),
  onTrouble: (why) => {
    trouble.hidden = why === null;
    trouble.textContent = why;
  },
});

addEventListener('online', () => lanes.forEach(({ reader }) => reader.tryNow()));
