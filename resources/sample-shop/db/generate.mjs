// Writes init/02-seed.sql. The seed is fixed, so the file is always the same.
import { writeFileSync } from 'node:fs';

const CUSTOMERS = 2000;
const PRODUCTS = 200;
const ORDERS = 30_000;

let state = 20_240_501;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}
const pick = (n) => 1 + Math.floor(random() * n);
/** A few products and customers make most orders, as in a real shop. */
const skewed = (n) => 1 + Math.floor(n * random() ** 2.5);

function insert(table, columns, rows) {
  const chunks = [];
  for (let i = 0; i < rows.length; i += 1000) chunks.push(`insert into ${table} (${columns}) values\n${rows.slice(i, i + 1000).join(',\n')};`);
  return chunks.join('\n');
}

const CITIES = ['Berlin', 'Lyon', 'Porto', 'Oslo', 'Turin', 'Gent', 'Graz', 'Brno'];
const THINGS = ['lamp', 'chair', 'desk', 'mug', 'rug', 'clock', 'shelf', 'bowl', 'vase', 'stool'];
const customers = Array.from({ length: CUSTOMERS }, (_, i) => `(${i + 1},'Customer ${i + 1}','${CITIES[pick(CITIES.length) - 1]}')`);
const products = Array.from({ length: PRODUCTS }, (_, i) => `(${i + 1},'${THINGS[i % THINGS.length]} ${i + 1}',${(pick(20_000) / 100).toFixed(2)})`);
const orders = Array.from({ length: ORDERS }, (_, i) => `(${i + 1},${skewed(CUSTOMERS)},${skewed(PRODUCTS)},${pick(5)},${pick(365)})`);

writeFileSync(
  new URL('./init/02-seed.sql', import.meta.url),
  `-- Written by db/generate.mjs. Do not edit.\n${insert('customers', 'id,name,city', customers)}\n${insert('products', 'id,name,price', products)}\n${insert('orders', 'id,customer_id,product_id,quantity,day', orders)}\ncreate index orders_by_product on orders (product_id);\nanalyze;\n`,
);
