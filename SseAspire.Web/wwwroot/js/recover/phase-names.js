// @ts-check
// The phases of a life in a word each, as the page writes them.

import { text } from '../texts.js';

/** @type {Record<import('./life.js').Phase, string>} */
export const PHASE_NAMES = {
  opening: text('phase.opening'),
  live: text('phase.live'),
  waiting: text('phase.waiting'),
  trying: text('phase.trying'),
  replaying: text('phase.replaying'),
  away: text('phase.away'),
  left: text('phase.left'),
  idle: text('phase.idle'),
};
