// @ts-check
// One event, three readers: what the server writes reaches all of them, and nothing comes back.

const still = matchMedia('(prefers-reduced-motion: reduce)');
const WAY = 700;

/** The way's path: see Learn.cshtml. */
const FROM = { x: 52, y: 60 };
const END = 232;

export class FanOut {
  /** @type {SVGElement} */ #picture;
  /** @type {SVGGElement[]} */ #readers;

  /** @param {HTMLElement} panel */
  constructor(panel) {
    this.#picture = /** @type {SVGElement} */ (panel.querySelector('svg'));
    this.#readers = [...panel.querySelectorAll('g')];
    panel.querySelector('button')?.addEventListener('click', () => this.#readers.forEach((reader) => this.#send(reader)));
  }

  /** @param {SVGGElement} reader */
  async #send(reader) {
    if (!still.matches) {
      await this.#travel(Number(reader.dataset.y));
    }

    const received = /** @type {Element} */ (reader.querySelector('text'));
    received.textContent = String(Number(received.textContent) + 1);
  }

  /** @param {number} y where the way leads */
  async #travel(y) {
    const event = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
    event.setAttribute('class', 'event');
    event.setAttribute('r', '5');
    this.#picture.append(event);
    const steps = Array.from({ length: 21 }, (_, n) => {
      const [left, at] = [1 - n / 20, n / 20];
      // The cubic curve C 120 60, 150 y, 236 y.
      const x = left ** 3 * FROM.x + 3 * left ** 2 * at * 120 + 3 * left * at ** 2 * 150 + at ** 3 * END;
      const height = left ** 3 * FROM.y + 3 * left ** 2 * at * FROM.y + 3 * left * at ** 2 * y + at ** 3 * y;
      return { transform: `translate(${x}px, ${height}px)` };
    });
    await event.animate(steps, { duration: WAY, easing: 'ease-in-out' }).finished;
    event.remove();
  }
}
