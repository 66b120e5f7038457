// @ts-check
// The earth as seen from space, drawn in SVG from land outlines (Natural Earth), with marks on it.
// Orthographic: a point of the unit sphere, turned, is on the picture where its x and y are.

import { painter } from './paint.js';

const R = 100;
const RADIANS = Math.PI / 180;
const TURN = 900;
const still = matchMedia('(prefers-reduced-motion: reduce)');

/** @typedef {[number, number, number]} Point right, down, and towards the viewer; of length one */

/**
 * @typedef {object} Mark
 * @property {string} id
 * @property {number} longitude
 * @property {number} latitude
 * @property {number} radius
 * @property {boolean} recorded
 * @property {boolean} latest
 */

/**
 * @param {number} longitude degrees
 * @param {number} latitude degrees
 * @returns {Point} as seen from longitude 0, latitude 0
 */
function onSphere(longitude, latitude) {
  const cos = Math.cos(latitude * RADIANS);
  return [cos * Math.sin(longitude * RADIANS), -Math.sin(latitude * RADIANS), cos * Math.cos(longitude * RADIANS)];
}

const number = (/** @type {number} */ value) => (value * R).toFixed(1);
const at = (/** @type {Point} */ point) => `${number(point[0])} ${number(point[1])}`;

export class Globe {
  /** @type {SVGSVGElement} */ #svg;
  /** @type {SVGPathElement} */ #land;
  /** @type {SVGPathElement} */ #grid;
  /** @type {SVGGElement} */ #markGroup;
  /** @type {Point[][]} closed, land to the right of the way along them */ #rings = [];
  /** @type {Point[][]} */ #gridLines = graticule();
  /** @type {Mark[]} */ #marks = [];
  #longitude = -30;
  #latitude = 20;
  #turning = 0;
  /** @type {() => void} */ #paint = painter(() => this.#draw());

  /** @param {HTMLElement} figure with the SVG; its `data-land` is the outlines' address */
  constructor(figure) {
    this.#svg = /** @type {SVGSVGElement} */ (figure.querySelector('svg'));
    this.#land = /** @type {SVGPathElement} */ (figure.querySelector('.globe-land'));
    this.#grid = /** @type {SVGPathElement} */ (figure.querySelector('.globe-grid'));
    this.#markGroup = /** @type {SVGGElement} */ (figure.querySelector('.globe-marks'));
    this.#letDrag();
    this.#load(figure.dataset.land ?? '');
    this.#paint();
  }

  /** @param {Mark[]} marks */
  mark(marks) {
    this.#marks = marks;
    this.#paint();
  }

  /**
   * Turns until a place is in the middle.
   * @param {number} longitude
   * @param {number} latitude
   */
  turnTo(longitude, latitude) {
    const turning = ++this.#turning;
    const from = { longitude: this.#longitude, latitude: this.#latitude };
    // The short way round, and never so far up or down that the earth stands on its head.
    const east = ((longitude - from.longitude + 540) % 360 + 360) % 360 - 180;
    const north = Math.max(-60, Math.min(60, latitude)) - from.latitude;
    const started = performance.now();
    const step = () => {
      if (turning !== this.#turning) {
        return;
      }

      const share = still.matches ? 1 : Math.min(1, (performance.now() - started) / TURN);
      const eased = 1 - (1 - share) ** 3;
      this.#longitude = from.longitude + east * eased;
      this.#latitude = from.latitude + north * eased;
      this.#draw();
      if (share < 1) {
        requestAnimationFrame(step);
      }
    };
    requestAnimationFrame(step);
  }

  /** @param {string} address */
  async #load(address) {
    const answer = await fetch(address);
    if (!answer.ok) {
      return; // The marks are right without the land.
    }

    /** @type {{unit: number, rings: number[][]}} */
    const { unit, rings } = await answer.json();
    this.#rings = rings.map((ring) => {
      let longitude = 0;
      let latitude = 0;
      /** @type {Point[]} */
      const points = [];
      for (let i = 0; i < ring.length; i += 2) {
        longitude += ring[i];
        latitude += ring[i + 1];
        points.push(onSphere(longitude * unit, latitude * unit));
      }

      return points;
    });
    this.#paint();
  }

  #letDrag() {
    /** @type {{x: number, y: number} | null} */
    let held = null;
    this.#svg.addEventListener('pointerdown', (event) => {
      held = { x: event.clientX, y: event.clientY };
      this.#turning++;
      this.#svg.setPointerCapture(event.pointerId);
    });
    this.#svg.addEventListener('pointermove', (event) => {
      if (held) {
        const degrees = 120 / this.#svg.clientWidth;
        this.#longitude -= (event.clientX - held.x) * degrees;
        this.#latitude = Math.max(-85, Math.min(85, this.#latitude + (event.clientY - held.y) * degrees));
        held = { x: event.clientX, y: event.clientY };
        this.#paint();
      }
    });
    for (const end of ['pointerup', 'pointercancel']) {
      this.#svg.addEventListener(end, () => {
        held = null;
      });
    }
  }

  #draw() {
    const turn = this.#turner();
    this.#grid.setAttribute('d', this.#gridLines.map((line) => openPath(line.map(turn))).join(''));
    this.#land.setAttribute('d', closedPaths(this.#rings.map((ring) => ring.map(turn))));
    this.#drawMarks(turn);
  }

  /** @returns {(point: Point) => Point} */
  #turner() {
    const [sinLongitude, cosLongitude] = [Math.sin(this.#longitude * RADIANS), Math.cos(this.#longitude * RADIANS)];
    const [sinLatitude, cosLatitude] = [Math.sin(this.#latitude * RADIANS), Math.cos(this.#latitude * RADIANS)];
    return ([x, y, z]) => {
      const right = x * cosLongitude - z * sinLongitude;
      const near = x * sinLongitude + z * cosLongitude;
      return [right, y * cosLatitude + near * sinLatitude, near * cosLatitude - y * sinLatitude];
    };
  }

  /** @param {(point: Point) => Point} turn */
  #drawMarks(turn) {
    while (this.#markGroup.childElementCount > this.#marks.length) {
      this.#markGroup.lastElementChild?.remove();
    }

    while (this.#markGroup.childElementCount < this.#marks.length) {
      this.#markGroup.append(document.createElementNS('http://www.w3.org/2000/svg', 'circle'));
    }

    this.#marks.forEach((mark, index) => {
      const circle = this.#markGroup.children[index];
      const [x, y, near] = turn(onSphere(mark.longitude, mark.latitude));
      circle.setAttribute('cx', number(x));
      circle.setAttribute('cy', number(y));
      circle.setAttribute('r', mark.radius.toFixed(1));
      circle.setAttribute('class', `mark${mark.recorded ? ' mark-recorded' : ''}${mark.latest ? ' mark-latest' : ''}${near < 0 ? ' mark-behind' : ''}`);
    });
  }
}

/** @returns {Point[][]} every 30 degrees */
function graticule() {
  const lines = [];
  for (let longitude = -180; longitude < 180; longitude += 30) {
    lines.push(Array.from({ length: 37 }, (_, i) => onSphere(longitude, -90 + i * 5)));
  }

  for (let latitude = -60; latitude <= 60; latitude += 30) {
    lines.push(Array.from({ length: 73 }, (_, i) => onSphere(-180 + i * 5, latitude)));
  }

  return lines;
}

/**
 * @param {Point[]} line
 * @returns {string} its near side
 */
function openPath(line) {
  let path = '';
  let drawing = false;
  for (const point of line) {
    if (point[2] >= 0) {
      path += `${drawing ? 'L' : 'M'}${at(point)}`;
      drawing = true;
    } else {
      drawing = false;
    }
  }

  return path;
}

/**
 * Where the way from one point to the next crosses the rim.
 * @param {Point} a
 * @param {Point} b
 * @returns {Point}
 */
function rim(a, b) {
  const share = a[2] / (a[2] - b[2]);
  const x = a[0] + (b[0] - a[0]) * share;
  const y = a[1] + (b[1] - a[1]) * share;
  const length = Math.hypot(x, y) || 1;
  return [x / length, y / length, 0];
}

/**
 * The near side of all rings as one path. A ring that goes behind the earth leaves the picture at the rim
 * and comes back elsewhere. Land lies to the right of the way, so from where the coast leaves, the rim is
 * followed clockwise to where the next coast comes in, be it of the same ring or of another.
 * @param {Point[][]} rings
 * @returns {string}
 */
function closedPaths(rings) {
  let path = '';
  /** @type {{path: string, enters: Point, leaves: Point, used: boolean}[]} */
  const coasts = [];
  for (const ring of rings) {
    const start = ring.findIndex((point, i) => point[2] >= 0 && ring[(i + ring.length - 1) % ring.length][2] < 0);
    if (start < 0) {
      if (ring[0][2] >= 0) {
        path += `M${ring.map(at).join('L')}Z`;
      }

      continue;
    }

    /** @type {{path: string, enters: Point, leaves: Point, used: boolean} | null} */
    let coast = null;
    let last = ring[(start + ring.length - 1) % ring.length];
    for (let i = 0; i <= ring.length; i++) {
      const point = ring[(start + i) % ring.length];
      if (point[2] >= 0 && i < ring.length) {
        if (!coast) {
          const enters = rim(last, point);
          coast = { path: at(enters), enters, leaves: enters, used: false };
        }

        coast.path += `L${at(point)}`;
      } else if (coast) {
        coast.leaves = rim(last, point);
        coast.path += `L${at(coast.leaves)}`;
        coasts.push(coast);
        coast = null;
      }

      last = point;
    }
  }

  const angle = (/** @type {Point} */ point) => Math.atan2(point[1], point[0]);
  const clockwise = (/** @type {Point} */ from, /** @type {Point} */ to) => (angle(to) - angle(from) + 2 * Math.PI) % (2 * Math.PI);
  for (const first of coasts) {
    if (first.used) {
      continue;
    }

    path += `M${first.path}`;
    let coast = first;
    do {
      coast.used = true;
      const { leaves } = coast;
      let next = first;
      for (const other of coasts) {
        if ((!other.used || other === first) && clockwise(leaves, other.enters) < clockwise(leaves, next.enters)) {
          next = other;
        }
      }

      path += `A${R} ${R} 0 ${clockwise(leaves, next.enters) > Math.PI ? 1 : 0} 1 ${at(next.enters)}`;
      if (next !== first) {
        path += `L${next.path}`;
      }

      coast = next;
    } while (coast !== first);
    path += 'Z';
  }

  return path;
}
