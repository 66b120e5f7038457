// @ts-check
// One reader in figures, and the verdict on its latest break.

import { count, decimal } from '../format.js';
import { field, painter, setText } from '../paint.js';
import { text } from '../texts.js';
import { PHASE_NAMES } from './phase-names.js';

/** What the page's styles know of the phases. @type {Record<import('./life.js').Phase, string>} */
const STATES = {
  opening: 'connecting', live: 'live', waiting: 'healing', trying: 'healing', replaying: 'healing', away: 'away', left: 'paused', idle: 'paused',
};

export class Figures {
  /** @type {HTMLElement} */ #card;
  /** @type {import('./life.js').Life} */ #life;
  /** @type {() => void} */ #paint = painter(() => this.#draw());

  /**
   * @param {HTMLElement} card
   * @param {import('./life.js').Life} life
   */
  constructor(card, life) {
    this.#card = card;
    this.#life = life;
    life.onChange(this.#paint);
    setInterval(this.#paint, 250);
  }

  #draw() {
    const { phase, received, replayed, lost, twice, reconnects, without } = this.#life;
    this.#card.dataset.state = STATES[phase];
    this.#card.dataset.phase = phase;
    setText(field(this.#card, 'state'), PHASE_NAMES[phase]);
    setText(field(this.#card, 'received'), count(received));
    setText(field(this.#card, 'replayed'), count(replayed));
    setText(field(this.#card, 'lost'), count(lost));
    setText(field(this.#card, 'twice'), count(twice));
    setText(field(this.#card, 'reconnects'), count(reconnects));
    setText(field(this.#card, 'without'), text('seconds', decimal(without / 1000, 1)));
    this.#card.toggleAttribute('data-lost', lost > 0);
    this.#drawVerdict();
  }

  #drawVerdict() {
    const verdict = field(this.#card, 'verdict');
    const { absence } = this.#life;
    if (!absence) {
      verdict.dataset.kind = 'open';
      setText(verdict, text('verdict.none'));
      return;
    }

    const { from, to, replayed, lost, settled } = absence;
    if (to === null || !settled) {
      verdict.dataset.kind = 'open';
      setText(verdict, text('verdict.open'));
      return;
    }

    const seconds = decimal((to - from) / 1000, 1);
    verdict.dataset.kind = lost > 0 ? 'lost' : 'whole';
    setText(verdict, lost > 0 ? text('verdict.lost', seconds, count(replayed), count(lost)) : text('verdict.whole', seconds, count(replayed)));
  }
}
