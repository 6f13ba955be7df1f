// Draws the world once: `cd webtool/map && npm install && node draw.mjs > world.json`.
//
// In: world-atlas 2.0.2 (Natural Earth 1:110m and 1:50m, public domain; packaging ISC). Out: for
// every ISO 3166-1 country an SVG path in the Equal Earth projection, or a dot where the country
// is too small to be seen at this size. Not run by the web tool: its result is committed.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { geoEqualEarth, geoPath, geoGraticule10, geoCentroid } from "d3-geo";
import { feature } from "topojson-client";

const require = createRequire(import.meta.url);
const read = (name) => JSON.parse(readFileSync(require.resolve(`world-atlas/${name}`), "utf8"));
const WIDTH = 960, HEIGHT = 467, SMALLEST = 9; // square units of the picture

const codes = JSON.parse(readFileSync(new URL("numeric.json", import.meta.url))).numeric;
const alpha2 = new Map(Object.entries(codes)); // ISO 3166-1 numeric to alpha-2

const coarse = feature(read("countries-110m.json"), "countries").features;
const fine = feature(read("countries-50m.json"), "countries").features;
const projection = geoEqualEarth().fitExtent([[2, 2], [WIDTH - 2, HEIGHT - 2]], { type: "Sphere" });
const path = geoPath(projection).digits(1);
const shapes = {}, dots = {}, rest = [];
for (const one of coarse) {
  const code = alpha2.get(one.id);
  if (code && path.area(one) >= SMALLEST) shapes[code] = path(one);
  else if (!code) rest.push(path(one)); // territories without a code of their own: drawn, not counted
}
for (const one of fine) {
  const code = alpha2.get(one.id);
  if (!code || shapes[code] || dots[code]) continue;
  const [x, y] = projection(geoCentroid(one));
  dots[code] = [Math.round(x * 10) / 10, Math.round(y * 10) / 10];
}
// Parts of larger states and specks that the atlas has no shape for: [longitude, latitude].
const places = {
  BQ: [-68.3, 12.2], BV: [3.4, -54.4], CC: [96.8, -12.2], CX: [105.6, -10.5], GF: [-53.1, 4],
  GI: [-5.3, 36.1], GP: [-61.5, 16.2], MQ: [-61, 14.6], RE: [55.5, -21.1], SJ: [16, 78],
  TK: [-171.8, -9.2], TV: [179.2, -8.5], UM: [166.6, 19.3], YT: [45.2, -12.8],
};
for (const [code, place] of Object.entries(places)) {
  if (!shapes[code]) dots[code] ??= projection(place).map((one) => Math.round(one * 10) / 10);
}
const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
process.stdout.write(JSON.stringify({
  about: "Drawn by webtool/map/draw.mjs from world-atlas 2.0.2 (Natural Earth, public domain).",
  width: WIDTH, height: HEIGHT,
  sphere: path({ type: "Sphere" }), graticule: path(geoGraticule10()),
  rest, shapes: sorted(shapes), dots: sorted(dots),
}, null, 1) + "\n");
