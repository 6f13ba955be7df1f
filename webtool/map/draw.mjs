// Draws the world once: `cd webtool/map && npm install && node draw.mjs > world.json`.
//
// In: world-atlas 2.0.2 (Natural Earth 1:110m and 1:50m, public domain; packaging ISC). Out: for
// every ISO 3166-1 country an SVG path in the Equal Earth projection, or a dot where the country
// is too small to be seen at this size. Not run by the web tool: its result is committed.
//
// The drawing goes into every page with a map, so it is small: bends that nobody would see are left
// out, alike on both sides of a border, and paths are of whole numbers, each relative to the one
// before. A picture is shown at about half of its units, so one unit is half a pixel.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoEqualEarth, geoPath, geoGraticule, geoCentroid } from "d3-geo";
import { feature } from "topojson-client";
import { presimplify, simplify, sphericalTriangleArea } from "topojson-simplify";

const require = createRequire(import.meta.url);
const read = (name) => JSON.parse(readFileSync(require.resolve(`world-atlas/${name}`), "utf8"));
const WIDTH = 1920, HEIGHT = 934, SMALLEST = 36; // square units of the picture
const BEND = 4; // square units of the smallest triangle that counts as a bend

const codes = JSON.parse(readFileSync(new URL("numeric.json", import.meta.url))).numeric;
const alpha2 = new Map(Object.entries(codes)); // ISO 3166-1 numeric to alpha-2

const projection = geoEqualEarth().fitExtent([[4, 4], [WIDTH - 4, HEIGHT - 4]], { type: "Sphere" });
const steradians = BEND * 4 * Math.PI / geoPath(projection).area({ type: "Sphere" }); // the projection keeps areas
const atlas = read("countries-110m.json");
const coarse = feature(atlas, "countries").features;
const plain = feature(simplify(presimplify(atlas, sphericalTriangleArea), steradians), "countries").features;
const fine = feature(read("countries-50m.json"), "countries").features;
const area = geoPath(projection).area;

/** Returns by how much the way from a by b to c turns; 0 where it goes straight on. */
const turn = ([ax, ay], [bx, by], [cx, cy]) => (bx - ax) * (cy - by) - (by - ay) * (cx - bx);

/** Returns what is drawn as an SVG path, without points that lie on a line between their neighbours. */
function path(object) {
  const lines = [];
  geoPath(projection, {
    moveTo: (x, y) => lines.push([[Math.round(x), Math.round(y)]]),
    lineTo: (x, y) => lines.at(-1).push([Math.round(x), Math.round(y)]),
    closePath: () => { lines.at(-1).closed = true; },
  })(object);
  let d = "", [atX, atY] = [0, 0];
  for (const line of lines) {
    const kept = [];
    for (const point of line) {
      while (kept.length > 1 && turn(kept.at(-2), kept.at(-1), point) === 0) kept.pop();
      if (String(kept.at(-1)) !== String(point)) kept.push(point);
    }
    if (kept.length < (line.closed ? 3 : 2)) continue; // an island that has become a point
    const steps = kept.map(([x, y], at) => [x - (at ? kept[at - 1][0] : atX), y - (at ? kept[at - 1][1] : atY)]);
    const [first, ...others] = steps.map((step) => step.join(" ").replace(" -", "-"));
    d += `m${first}l${others.join(" ").replaceAll(" -", "-")}${line.closed ? "z" : ""}`;
    [atX, atY] = line.closed ? kept[0] : kept.at(-1);
  }
  return d;
}

const shapes = {}, dots = {}, rest = [];
coarse.forEach((one, at) => {
  const code = alpha2.get(one.id);
  if (code && area(one) >= SMALLEST) shapes[code] = path(plain[at]);
  else if (!code) rest.push(path(plain[at])); // territories without a code of their own: drawn, not counted
});
for (const one of fine) {
  const code = alpha2.get(one.id);
  if (!code || shapes[code] || dots[code]) continue;
  dots[code] = projection(geoCentroid(one)).map(Math.round);
}
// Parts of larger states and specks that the atlas has no shape for: [longitude, latitude].
const places = {
  BQ: [-68.3, 12.2], BV: [3.4, -54.4], CC: [96.8, -12.2], CX: [105.6, -10.5], GF: [-53.1, 4],
  GI: [-5.3, 36.1], GP: [-61.5, 16.2], MQ: [-61, 14.6], RE: [55.5, -21.1], SJ: [16, 78],
  TK: [-171.8, -9.2], TV: [179.2, -8.5], UM: [166.6, 19.3], YT: [45.2, -12.8],
};
for (const [code, place] of Object.entries(places)) {
  if (!shapes[code]) dots[code] ??= projection(place).map(Math.round);
}
const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
process.stdout.write(JSON.stringify({
  about: "Drawn by webtool/map/draw.mjs from world-atlas 2.0.2 (Natural Earth, public domain).",
  width: WIDTH, height: HEIGHT,
  sphere: path({ type: "Sphere" }), graticule: path(geoGraticule().step([20, 20]).precision(5)()),
  rest, shapes: sorted(shapes), dots: sorted(dots),
}, null, 1) + "\n");
