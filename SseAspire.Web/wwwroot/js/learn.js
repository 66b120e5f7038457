// @ts-check
// The page that explains: each picture is a module of its own and works without the others.

import { copyOnClick } from './clipboard.js';
import { FanOut } from './learn/fan-out.js';
import { Healing } from './learn/healing.js';
import { showLabResult } from './learn/lab-result.js';
import { OverheadBars } from './learn/overhead.js';
import { Playground } from './learn/playground.js';
import { SnippetRunner } from './learn/snippet-runner.js';
import { Timelines } from './learn/timelines.js';
import { TransportChoice } from './learn/transport-choice.js';

/**
 * @template {Element} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
const byId = (id) => /** @type {T} */ (/** @type {unknown} */ (document.getElementById(id)));

new Playground(byId('playground'));
new Timelines(byId('timelines'));
new FanOut(byId('one-way'));
new Healing(byId('heals'));
new OverheadBars(byId('overhead'));
new TransportChoice(byId('choice-form'));
new SnippetRunner(byId('run'));
copyOnClick(byId('code'));
showLabResult(byId('advantages'));
