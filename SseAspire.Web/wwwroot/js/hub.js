// @ts-check
// The hub's own view: one stream of figures, shown as they stand, over time, by replica and by topic.

import { Announcer } from './announcer.js';
import { Charts } from './hub/charts.js';
import { FiguresPanel } from './hub/figures-panel.js';
import { History } from './hub/history.js';
import { ReplicaList } from './hub/replica-list.js';
import { StateLine } from './hub/state-line.js';
import { StatsStream } from './hub/stats-stream.js';
import { TopicTable } from './hub/topic-table.js';
import { painter } from './paint.js';

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
const byId = (id) => /** @type {T} */ (/** @type {unknown} */ (document.getElementById(id)));

const stream = new StatsStream((byId('main').dataset.hub ?? '').replace(/\/$/, ''));
const history = new History();
const announcer = new Announcer(byId('announcer'));
const panel = new FiguresPanel(byId('now'), byId('by-transport'), byId('none'), byId('closed'));
const replicas = new ReplicaList(byId('replicas'), byId('replica-template'), announcer);
const topics = new TopicTable(byId('topics'), byId('topic-template'), byId('topics-none'));
const charts = new Charts(history);
new StateLine(byId('state'), byId('pill'), stream, announcer);

const show = painter(() => {
  if (stream.figures) {
    panel.show(stream.figures);
    replicas.show(stream.figures.replicas);
    topics.show(stream.figures.topics);
  }

  charts.draw();
});

stream.onFigures((figures) => {
  history.add(figures);
  show();
});
stream.open();
