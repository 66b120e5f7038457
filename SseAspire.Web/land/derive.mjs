// Derives wwwroot/data/land-110m.json from world-atlas' land-110m.json:
//   npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
//   node derive.mjs package/land-110m.json > ../wwwroot/data/land-110m.json
// TopoJSON's shared arcs become closed rings of [longitude, latitude] in tenths of a degree, the first
// point absolute and each next one relative to it: less than a pixel off on a globe of 500 pixels.
import { readFileSync } from 'node:fs';

const topology = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { scale, translate } = topology.transform;

const arcs = topology.arcs.map((arc) => {
  let x = 0;
  let y = 0;
  return arc.map(([dx, dy]) => {
    x += dx;
    y += dy;
    return [x * scale[0] + translate[0], y * scale[1] + translate[1]];
  });
});

// A negative index is the arc ~index, backwards; the first point of each arc repeats the last of the one before.
const ring = (indexes) => indexes.flatMap((index, n) => {
  const arc = index < 0 ? [...arcs[~index]].reverse() : arcs[index];
  return n === 0 ? arc : arc.slice(1);
});

const rings = topology.objects.land.geometries
  .flatMap((geometry) => (geometry.type === 'Polygon' ? [geometry.arcs] : geometry.arcs))
  .flat()
  .map(ring)
  .map((points) => {
    const flat = [];
    let last = [0, 0];
    for (const [longitude, latitude] of points) {
      const next = [Math.round(longitude * 10), Math.round(latitude * 10)];
      if (flat.length === 0 || next[0] !== last[0] || next[1] !== last[1]) {
        flat.push(next[0] - last[0], next[1] - last[1]);
      }
      last = next;
    }
    return flat;
  })
  .filter((flat) => flat.length >= 8);

process.stdout.write(`${JSON.stringify({
  source: 'Natural Earth 1:110m land, through world-atlas 2.0.2',
  licence: 'public domain (Natural Earth), ISC (world-atlas)',
  unit: 0.1,
  rings,
})}\n`);
