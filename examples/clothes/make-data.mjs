// Makes the shop in data/: real pictures and real reviews, on sales that are made up by the rules below, because no free data set has all three.
// Run it from the repository root: node examples/clothes/make-data.mjs FOLDER, where FOLDER has ClothingImages_CC0 and WomensClothingReviews.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';

const given = process.argv[2];
if (given === undefined) throw new Error('say which folder has ClothingImages_CC0 and WomensClothingReviews');
const out = fileURLToPath(new URL('./data/', import.meta.url));
const connection = await (await DuckDBInstance.create(':memory:')).connect();
const rowsOf = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();

// Mulberry32: the same shop on every machine.
let state = 20;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
function poisson(mean) {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
  let [k, p] = [0, random()];
  for (const limit = Math.exp(-mean); p > limit; p *= random()) k += 1;
  return k;
}

// Units per week, size of the yearly wave, week of its top, classes of the reviews (none: nobody reviews them).
const categories = {
  dress: [14, 0.5, 27, ['Dresses']], hat: [5, 0.6, 28, []], longsleeve: [9, 0.5, 48, ['Sweaters']], outwear: [7, 0.9, 50, ['Jackets', 'Outerwear']], pants: [10, 0.1, 40, ['Pants', 'Jeans']],
  shirt: [8, 0.2, 20, ['Blouses']], shoes: [11, 0.1, 12, []], shorts: [9, 0.9, 28, ['Shorts']], skirt: [6, 0.4, 24, ['Skirts']], 't-shirt': [12, 0.6, 27, ['Knits']],
};
const weeks = 104;
const monday = Date.UTC(2022, 0, 3);
const dayOf = (week, day) => new Date(monday + (week * 7 + day) * 86_400_000).toISOString().slice(0, 10);

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'pictures'), { recursive: true });
const products = [['sku', 'name', 'category', 'picture', 'listed']];
const orders = [['day', 'sku', 'units', 'price']];
const reviews = [['written', 'sku', 'stars', 'body']];
const quote = (text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

for (const [category, [level, wave, top, classes]] of Object.entries(categories)) {
  const words = await rowsOf(`
    SELECT Rating AS stars, "Review Text" AS body FROM '${join(given, 'WomensClothingReviews/womens_reviews.parquet')}'
    WHERE "Class Name" IN (${["''", ...classes.map((name) => `'${name}'`)].join(', ')}) AND length("Review Text") BETWEEN 50 AND 140 ORDER BY md5("Review Text") LIMIT 120`);
  const pictures = (await rowsOf(`SELECT file FROM '${join(given, 'ClothingImages_CC0/labels.csv')}' WHERE category = '${category}' ORDER BY file`)).map(({ file }) => file);
  const kind = { good: words.filter(({ stars }) => stars >= 4), bad: words.filter(({ stars }) => stars <= 3) };
  for (let i = 0; i < 6; i += 1) {
    const sku = `${category.slice(0, 2).toUpperCase()}${String(products.length).padStart(3, '0')}`;
    const picture = pictures[i];
    copyFileSync(join(given, 'ClothingImages_CC0/images', picture), join(out, 'pictures', picture));
    // Half of a category came later; one product was never sold.
    const launched = i === 5 && category === 'dress' ? weeks : i >= 3 ? 12 + Math.floor(random() * 88) : 0;
    products.push([sku, `${category} ${String(i + 1)}`, category, picture, dayOf(Math.min(launched, weeks - 1), 0)]);
    const own = level * Math.exp(0.3 * normal());
    const price = 20 + Math.round(30 * random());
    // How buyers like it: changes a few times, shows in the reviews first and in the sales for months afterwards.
    let [liking, next, mood] = [0, launched, 0];
    for (let week = launched; week < weeks; week += 1) {
      if (week >= next) [liking, next] = [random() < 0.5 ? 1 : -1, week + 20 + Math.floor(14 * random())];
      mood += 0.12 * ((classes.length === 0 ? 0 : liking) - mood);
      const season = 1 + wave * Math.cos((2 * Math.PI * (week - top)) / 52);
      const units = poisson(own * season * Math.exp(0.9 * mood) * Math.exp(0.15 * normal()));
      for (let left = units, day = 0; left > 0 && day < 7; day += 1) {
        const sold = day === 6 ? left : Math.min(left, poisson(units / 7));
        if (sold > 0) orders.push([dayOf(week, day), sku, sold, `${String(price)}.00`]);
        left -= sold;
      }
      const written = words.length === 0 ? 0 : poisson(0.9);
      for (let review = 0; review < written; review += 1) {
        const pool = random() < (liking > 0 ? 0.9 : 0.25) ? kind.good : kind.bad;
        const { stars, body } = pool[Math.floor(random() * pool.length)];
        reviews.push([`${dayOf(week, Math.floor(7 * random()))} 12:00:00`, sku, stars, body.replaceAll(/\s+/g, ' ').trim()]);
      }
    }
  }
}
const byTime = ([head, ...rows]) => [head, ...rows.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : 1))];
for (const [name, rows] of [['products.csv', products], ['orders.csv', byTime(orders)], ['reviews.csv', byTime(reviews)]]) {
  writeFileSync(join(out, name), rows.map((row) => `${row.map((cell) => quote(String(cell))).join(',')}\n`).join(''));
}
writeFileSync(join(out, 'SOURCE.md'), `# A shop of clothes

Made by \`../make-data.mjs\`. **The sales are made up**: no free data set has sales, reviews and pictures of the same products.

- \`pictures/\`: 60 of Alexey Grigorev, *Clothing dataset (small)*, CC0 1.0.
- \`reviews.csv\`: texts and stars of nicapotato, *Women's E-Commerce Clothing Reviews*, CC0; dates and products are made up.
- \`orders.csv\`, \`products.csv\`: made up. A category has its own level and season; how well a product is liked changes now and then, shows in its reviews at once and in its sales over the following weeks.
`);
console.log(`${String(products.length - 1)} products, ${String(orders.length - 1)} order lines, ${String(reviews.length - 1)} reviews`);
