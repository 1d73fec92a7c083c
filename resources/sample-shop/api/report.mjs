import { pool, topProducts } from './db.mjs';

for (const { name, sold, revenue } of await topProducts()) console.log(`${name.padEnd(12)} ${String(sold).padStart(6)} sold  ${revenue.toFixed(2).padStart(12)}`);
await pool.end();
