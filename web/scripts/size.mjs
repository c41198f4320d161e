// Holds the budget: what every visit loads first, and all that a page needs, the frame around it included, in gzipped kB.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const INITIAL = 110;
const ROUTE = 150;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const kB = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length / 1000;

/** The chunk and everything that it imports statically. */
function closure(key, seen = new Set()) {
  if (!seen.has(key)) {
    seen.add(key);
    for (const next of manifest[key].imports ?? []) closure(next, seen);
  }
  return seen;
}
const weight = (keys) => [...keys].reduce((sum, key) => sum + kB(manifest[key].file), 0);

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
// A first visit also loads one language.
const languages = Object.keys(manifest).filter((key) => /locales\/\w+\.po$/.test(key));
const language = Math.max(...languages.map((key) => weight(closure(key))));
const initial = closure(entry);
const failures = [];
const report = (name, size, limit) => {
  console.log(`${size.toFixed(1).padStart(7)} kB of ${limit}  ${name}`);
  if (size > limit) failures.push(name);
};
report("initial (entry and language)", weight(initial) + language, INITIAL);
const frame = closure("src/app/SignedIn.tsx");
for (const key of Object.keys(manifest).filter((key) => /pages\/\w+\.tsx$/.test(key) && manifest[key].isDynamicEntry)) {
  report(key.replace("src/pages/", ""), weight(new Set([...initial, ...frame, ...closure(key)])) + language, ROUTE);
}
if (failures.length > 0) {
  console.error(`Over budget: ${failures.join(", ")}`);
  process.exit(1);
}
