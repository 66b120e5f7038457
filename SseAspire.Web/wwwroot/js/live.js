// @ts-check
// The live page: one stream, shown as three kinds of events, as the connection it is, and as the wire.

import { Announcer } from './announcer.js';
import { StatusChart } from './chart.js';
import { ConnectionPanel } from './connection-panel.js';
import { Connection } from './connection.js';
import { Globe } from './globe.js';
import { Lifeline } from './lifeline.js';
import { News } from './news.js';
import { NotificationForm } from './notification-form.js';
import { Notifications } from './notifications.js';
import { Status } from './status.js';
import { Wire } from './wire.js';

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
const byId = (id) => /** @type {T} */ (/** @type {unknown} */ (document.getElementById(id)));

const page = byId('main');
const topics = {
  status: page.dataset.status ?? '',
  news: page.dataset.news ?? '',
  notifications: page.dataset.notifications ?? '',
};
const hub = (page.dataset.hub ?? '').replace(/\/$/, '');

const connection = new Connection({
  hub,
  topics: Object.values(topics),
  types: ['host', 'earthquake', 'notification'],
  // The server has rendered the lists; the chart wants its three minutes. Where the server could not,
  // the lists' share must come by the stream, among the status of some more minutes.
  history: page.dataset.rendered ? 200 : 1000,
});

const announcer = new Announcer(byId('announcer'));
const status = new Status(byId('tiles'), new StatusChart(byId('chart'), byId('chart-library')));
const globe = new Globe(byId('globe'));
const news = new News(byId('quakes'), byId('quakes-empty'), byId('quake-template'), globe);
const notifications = new Notifications(byId('note-list'), byId('notes-empty'), byId('note-template'));
const lifeline = new Lifeline(byId('lifeline'), connection);
new ConnectionPanel(byId('connection'), byId('pill'), connection, announcer);
new NotificationForm(byId('note-form'), byId('note-outcome'));
new Wire(byId('wire'), hub, Object.values(topics));

/** @type {Record<string, (event: import('./connection.js').HubEvent) => string | undefined>} */
const shownBy = {
  [topics.status]: (event) => status.add(event),
  [topics.news]: (event) => news.add(event),
  [topics.notifications]: (event) => notifications.add(event),
};

connection.onEvent((event) => {
  lifeline.add(event);
  const news = shownBy[event.topic]?.(event);
  // What was replayed or kept is old; saying it aloud would flood a screen reader after each reconnect.
  if (news && event.live) {
    announcer.say(news);
  }
});

connection.open();

// A share of the pages tells the hub when it received what. Nothing waits for that.
if (Math.random() < Number(page.dataset.receipts)) {
  const { Receipts } = await import('./receipts.js');
  const receipts = new Receipts(hub);
  connection.onEvent((event) => receipts.add(event));
}
