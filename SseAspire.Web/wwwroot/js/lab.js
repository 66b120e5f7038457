// @ts-check
// The lab: a run at a time, its four lanes, its result.

import { Announcer } from './announcer.js';
import { showErrors } from './form-errors.js';
import { count, decimal, duration } from './format.js';
import { fillBars } from './lab/bars.js';
import { HubWatch } from './lab/hub-watch.js';
import { LANES } from './lab/lane.js';
import { LaneView } from './lab/lane-view.js';
import { markdownOf } from './lab/markdown.js';
import { resultOf, store, stored, uplinkOf } from './lab/results.js';
import { rowsOf } from './lab/rows.js';
import { Run } from './lab/run.js';
import { SettingsForm } from './lab/settings.js';
import { fillTable } from './lab/table.js';
import { painter, setText } from './paint.js';
import { post } from './post.js';
import { LANGUAGE, text } from './texts.js';

/** Figures that change faster than this cannot be read. */
const DRAW_EVERY = 100;

/** The one run of this browser, whatever the number of its tabs. */
const LOCK = 'sseaspire.lab';

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
const byId = (id) => /** @type {T} */ (/** @type {unknown} */ (document.getElementById(id)));

const page = byId('main');
const hub = (page.dataset.hub ?? '').replace(/\/$/, '');
const form = /** @type {HTMLFormElement} */ (byId('start-form'));
const cutForm = /** @type {HTMLFormElement} */ (byId('cut-form'));
const stopForm = /** @type {HTMLFormElement} */ (byId('stop-form'));
const startButton = byId('start');
const cutButton = byId('cut-button');
const stopButton = byId('stop');
const table = /** @type {HTMLTableElement} */ (byId('results'));
const announcer = new Announcer(byId('announcer'));
const views = LANES.map((name) => new LaneView(/** @type {HTMLElement} */ (page.querySelector(`[data-lane="${name}"]`)), name));

/** @type {Run | null} the one that is on, or the last */
let run = null;
/** @type {'idle' | 'starting' | 'waiting' | 'running'} waiting is for the hub, to start then */
let activity = 'idle';
/** @type {string | null} what the last attempt came to */
let outcome = null;
/** @type {Set<string>} lanes whose recovery from the last cut has been said */
let recovered = new Set();

const watch = new HubWatch(() => {
  if (activity === 'waiting' && watch.isThere) {
    start();
  }

  paint();
});

let drawn = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let later;
const drawSoon = painter(() => {
  drawn = performance.now();
  draw();
});

/** Asks for the page to be drawn, however often, at most so many times a second. */
function paint() {
  later ??= setTimeout(() => {
    later = undefined;
    drawSoon();
  }, Math.max(0, drawn + DRAW_EVERY - performance.now()));
}

function draw() {
  // All pictures first: each asks for its size, which a text that has changed would have laid out anew.
  for (const view of views) {
    view.draw(run);
  }

  for (const view of run ? views : []) {
    view.write(/** @type {Run} */ (run));
  }

  setText(byId('state'), sentence());
  const progress = /** @type {HTMLProgressElement} */ (byId('progress'));
  progress.value = !run ? 0 : run.state === 'opening' ? 0 : activity !== 'running' || run.progress?.done ? 1 : 1 - run.left / (run.settings.seconds * 1_000);
  enable(startButton, activity === 'idle');
  enable(cutButton, activity === 'running' && run?.state === 'running' && run.progress?.operations === true && !cutLeft());
  enable(stopButton, activity === 'waiting' || (activity === 'running' && run?.state === 'running'));
  if (run && Number.isFinite(run.clock.uncertainty)) {
    setText(byId('clock'), text('clock', decimal(run.clock.offset, 1), decimal(run.clock.uncertainty, 1)));
  }

  if (activity === 'running' && run) {
    sayRecoveries(run);
  }
}

/**
 * aria-disabled and not disabled, so that the focus stays where it is.
 * @param {HTMLElement} button
 * @param {boolean} enabled
 */
function enable(button, enabled) {
  if (enabled) {
    button.removeAttribute('aria-disabled');
  } else {
    button.setAttribute('aria-disabled', 'true');
  }
}

const isEnabled = (/** @type {HTMLElement} */ button) => !button.hasAttribute('aria-disabled');

/** Milliseconds that the network stays cut. */
const cutLeft = () => Math.max(0, (run?.cuts.at(-1)?.until ?? 0) - (run?.clock.now ?? 0));

function sentence() {
  if (activity === 'running' && run) {
    return runSentence(run);
  }

  if (activity === 'starting') {
    return text('state.opening');
  }

  if (watch.state === 'away') {
    const seconds = watch.nextTryAt === null ? 0 : Math.max(0, Math.ceil((watch.nextTryAt - Date.now()) / 1_000));
    return seconds ? text('state.away', seconds) : text('state.trying');
  }

  return outcome ?? (watch.state === 'checking' ? byId('state').textContent ?? '' : text(watch.state === 'ready' ? 'state.ready' : 'state.closed'));
}

/** @param {Run} run */
function runSentence({ state, siteAway, progress, left }) {
  if (state === 'opening') {
    return text('state.opening');
  }

  if (siteAway) {
    return text('state.frontEndAway');
  }

  if (progress?.hubAway) {
    return text('state.runAway');
  }

  if (cutLeft() > 0) {
    return text('state.cut', Math.ceil(cutLeft() / 1_000));
  }

  const published = count(progress?.published ?? 0);
  if (state === 'catchingUp') {
    return text('state.catchingUp', published);
  }

  const seconds = Math.ceil(left / 1_000);
  const phase = views[LANES.findIndex((name) => name === progress?.phase)]?.title ?? text('state.baseline');
  return progress?.phase ? text('state.phase', seconds, published, phase) : text('state.running', seconds, published);
}

/** @param {Run} run */
function sayRecoveries(run) {
  LANES.forEach((name, lane) => {
    const { recovery, healing } = run.lanes[name].tally;
    if (recovery !== null && !healing && !recovered.has(name)) {
      recovered.add(name);
      announcer.say(text('aloud.recovered', views[lane].title, duration(recovery)));
    }
  });
}

/** Starts a run, unless one is on in another tab: each needs three of the six connections to a host. */
async function start() {
  activity = 'starting';
  outcome = null;
  paint();
  if ('locks' in navigator) {
    await navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? conduct() : refuse(text('state.otherTab'))));
  } else {
    await conduct();
  }

  if (activity !== 'waiting') {
    activity = 'idle';
  }

  paint();
}

/** @param {string} reason */
function refuse(reason) {
  outcome = reason;
}

async function conduct() {
  const { ok, status, text: said, errors, answer } = await post(form);
  showErrors(form, errors);
  if (!ok) {
    if (status === 503) {
      activity = 'waiting';
      watch.check();
    } else if (!Object.keys(errors).length) {
      refuse(text('state.failed', said));
    } else {
      refuse(Object.values(errors).flat().join(' '));
    }

    return;
  }

  run = await Run.open(answer, hub, paint);
  activity = 'running';
  recovered = new Set();
  for (const other of [cutForm, stopForm]) {
    /** @type {HTMLInputElement} */ (other.elements.namedItem('id')).value = run.id;
  }

  announcer.say(text('aloud.started'));
  const ticking = setInterval(paint, DRAW_EVERY);
  await run.conduct();
  clearInterval(ticking);
  outcome = run.state === 'broken' ? text('state.broken') : text('state.done', count(run.progress?.published ?? 0), run.settings.seconds);
  announcer.say(outcome);
  const result = resultOf(run);
  store(result);
  show(result, notesOn(run));
}

/**
 * @param {Run} run
 * @returns {string} why some figures are missing or off
 */
function notesOn({ hidden, progress, settings }) {
  const notes = [];
  if (hidden) {
    notes.push(text('note.hidden'));
  }

  if (progress?.operations === false) {
    notes.push(text('note.closed'));
  } else if (!settings.readers) {
    notes.push(text('note.readers'));
  } else if (Object.values(progress?.cpu ?? {}).includes(null)) {
    notes.push(text('note.noise'));
  }

  if (Object.values(progress?.meters ?? {}).some(({ shared }) => shared)) {
    notes.push(text('note.shared'));
  }

  return notes.join(' ');
}

/**
 * @param {import('./lab/results.js').Result} result of this browser
 * @param {string} notes
 */
function show(result, notes) {
  const at = new Intl.DateTimeFormat(LANGUAGE === 'en' ? 'en-GB' : LANGUAGE, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(result.at));
  const { rate, size, seconds, interval, readers } = result;
  setText(byId('table-about'), text('own', at, ...[rate, size, seconds, interval, readers].map(count)));
  setText(byId('table-notes'), notes);
  fillTable(table, rowsOf(result));
  const uplink = uplinkOf(result);
  if (uplink) {
    fillBars(/** @type {HTMLElement} */ (page.querySelector('[data-bars=uplink]')), uplink, 100 * 26);
  }
}

async function copy() {
  const markdown = markdownOf(table, byId('table-about').textContent ?? '');
  const area = /** @type {HTMLTextAreaElement} */ (byId('markdown'));
  try {
    await navigator.clipboard.writeText(markdown);
    area.hidden = true;
    byId('copy-outcome').textContent = text('copied');
  } catch {
    area.value = markdown;
    area.hidden = false;
    area.focus();
    area.select();
    byId('copy-outcome').textContent = text('copyYourself');
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  if (isEnabled(startButton)) {
    start();
  }
});

cutForm.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (!isEnabled(cutButton)) {
    return;
  }

  enable(cutButton, false);
  const { ok, text: said, answer } = await post(cutForm);
  if (ok) {
    recovered = new Set();
    run?.addCut(answer);
    announcer.say(text('aloud.cut'));
  } else {
    announcer.say(said);
  }

  paint();
});

stopForm.addEventListener('submit', (event) => {
  event.preventDefault();
  if (activity === 'waiting') {
    activity = 'idle';
    paint();
  } else if (isEnabled(stopButton)) {
    post(stopForm);
  }
});

byId('copy').addEventListener('click', copy);
new SettingsForm(form);
const last = stored();
if (last) {
  show(last, '');
}

for (const canvas of page.querySelectorAll('canvas')) {
  new ResizeObserver(paint).observe(canvas);
}

matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
// While the hub is away the seconds until the next try count down.
setInterval(() => {
  if (watch.state === 'away') {
    paint();
  }
}, 250);
