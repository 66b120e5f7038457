// @ts-check
// Earthquakes as they are reported: how strong, where in words, and where on the globe.

import { EventList } from './event-list.js';
import { ago, decimal, shortened } from './format.js';
import { field, setText } from './paint.js';
import { text } from './texts.js';

/** Anybody with the key may publish anything; more than this of a place is not shown. */
const LONGEST = 200;

/** How often "5 min ago" is written anew. */
const REFRESH = 10_000;

/**
 * @typedef {object} Earthquake
 * @property {number} [magnitude]
 * @property {string} [place]
 * @property {number} [longitude]
 * @property {number} [latitude]
 * @property {number} [depthKm]
 * @property {string} [occurredAt]
 * @property {boolean} [recorded] from the recording that stands in where there is no network
 */

/**
 * @param {string} data
 * @returns {Earthquake}
 */
function read(data) {
  try {
    const { magnitude, place, longitude, latitude, depthKm, occurredAt, recorded } = JSON.parse(data) ?? {};
    return { magnitude, place: typeof place === 'string' ? shortened(place, LONGEST) : undefined, longitude, latitude, depthKm, occurredAt, recorded };
  } catch {
    return { place: shortened(data, LONGEST) };
  }
}

/** @param {Earthquake} quake */
const magnitudeOf = ({ magnitude }) => (typeof magnitude === 'number' ? decimal(magnitude, 1) : undefined);

export class News {
  /** @type {EventList} */ #list;
  /** @type {import('./globe.js').Globe} */ #globe;

  /**
   * @param {HTMLElement} list
   * @param {HTMLElement} empty
   * @param {HTMLTemplateElement} template
   * @param {import('./globe.js').Globe} globe
   */
  constructor(list, empty, template, globe) {
    this.#globe = globe;
    this.#list = new EventList(list, empty, template, (element, entry) => this.#fill(element, entry));
    setInterval(() => this.#list.refresh(), REFRESH);
    this.#mark();
    const latest = this.#list.entries[0];
    if (latest) {
      this.#turnTo(read(latest.data));
    }
  }

  /**
   * @param {import('./connection.js').HubEvent} event
   * @returns {string | undefined} what to say aloud
   */
  add(event) {
    const quake = read(event.data);
    // Kept short too: the list is read again every few seconds.
    if (!this.#list.add({ ...event, data: JSON.stringify(quake) })) {
      return undefined;
    }

    this.#mark();
    if (document.visibilityState === 'visible' && this.#list.entries[0].id === event.id) {
      this.#turnTo(quake);
    }

    return text('news.aloud', magnitudeOf(quake) ?? text('news.unknown'), quake.place ?? text('news.somewhere'));
  }

  /** @param {Earthquake} quake */
  #turnTo({ longitude, latitude }) {
    if (typeof longitude === 'number' && typeof latitude === 'number') {
      this.#globe.turnTo(longitude, latitude);
    }
  }

  #mark() {
    const marks = this.#list.entries.flatMap((entry, index) => {
      const { longitude, latitude, magnitude = 0, recorded = false } = read(entry.data);
      return typeof longitude === 'number' && typeof latitude === 'number'
        ? [{ id: entry.id, longitude, latitude, radius: 1.5 + Math.max(0, magnitude) ** 1.5 / 2.4, recorded, latest: index === 0 }]
        : [];
    });
    // The latest last, on top of the others.
    this.#globe.mark(marks.reverse());
  }

  /**
   * @param {HTMLElement} element
   * @param {import('./event-list.js').Entry} entry
   */
  #fill(element, entry) {
    const quake = read(entry.data);
    const magnitude = field(element, 'magnitude');
    setText(magnitude, magnitudeOf(quake) ?? '?');
    magnitude.dataset.strength = (quake.magnitude ?? 0) >= 6 ? 'strong' : (quake.magnitude ?? 0) >= 4.5 ? 'moderate' : 'light';
    this.#fillPlace(field(element, 'place'), quake);
    const occurred = Date.parse(quake.occurredAt ?? '');
    const time = field(element, 'time');
    if (Number.isFinite(occurred)) {
      time.setAttribute('datetime', new Date(occurred).toISOString());
      setText(time, ago(occurred));
    }

    setText(field(element, 'depth'), typeof quake.depthKm === 'number' ? text('news.depth', Math.round(quake.depthKm)) : '');
    field(element, 'recorded').hidden = !quake.recorded;
  }

  /**
   * The place turns the globe to itself: a button, which only makes sense with script.
   * @param {HTMLElement} place
   * @param {Earthquake} quake
   */
  #fillPlace(place, quake) {
    if (!place.querySelector('button')) {
      const button = document.createElement('button');
      button.type = 'button';
      button.title = text('news.turn');
      button.addEventListener('click', () => this.#turnTo(quake));
      place.replaceChildren(button);
      setText(button, quake.place ?? text('news.somewhere'));
    }
  }
}
