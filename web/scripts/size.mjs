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
/** One language: what the entry says of it comes with the entry, the rest with the first page. */
const language = (pattern) =>
  Math.max(
    ...Object.keys(manifest)
      .filter((key) => pattern.test(key))
      .map((key) => weight(closure(key))),
  );
const entryLanguage = language(/locales\/entry\/\w+\.po$/);
const siteLanguage = language(/locales\/\w+\.po$/);
const initial = closure(entry);
const failures = [];
const report = (name, size, limit) => {
  console.log(`${size.toFixed(1).padStart(7)} kB of ${limit}  ${name}`);
  if (size > limit) failures.push(name);
};
report("initial (entry and language)", weight(initial) + entryLanguage, INITIAL);
const TASKS = "src/pages/project/Tasks.tsx";
const isView = (key) => /project\/(Board|Table|Calendar)\.tsx$/.test(key);
const frame = closure("src/app/SignedIn.tsx");
const project = closure("src/pages/Project.tsx");
const isPage = (key) => /pages\/((project|task)\/)?\w+\.tsx$/.test(key) && manifest[key].isDynamicEntry;
for (const key of Object.keys(manifest).filter(isPage)) {
  // A view of a project comes after the project's page, and some of them after what all views of tasks share.
  const before = key.includes("/project/") ? project : [];
  const shared = isView(key) ? closure(TASKS) : [];
  const own = [...closure(key)]
    .filter((one) => !frame.has(one) && !initial.has(one))
    .flatMap((one) => manifest[one].dynamicImports ?? [])
    .filter((one) => one.endsWith(".po"))
    .map((one) => weight(closure(one)));
  report(
    key.replace("src/pages/", ""),
    weight(new Set([...initial, ...frame, ...before, ...shared, ...closure(key)])) +
      entryLanguage +
      siteLanguage +
      Math.max(0, ...own),
    ROUTE,
  );
}
if (failures.length > 0) {
  console.error(`Over budget: ${failures.join(", ")}`);
  process.exit(1);
}
