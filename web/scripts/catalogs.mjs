// Every message is in every catalog: extracts anew and compares with what is committed.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const names = [
  "en",
  "ko",
  "entry/en",
  "entry/ko",
  "insights/en",
  "insights/ko",
  "settings/en",
  "settings/ko",
  "past/en",
  "past/ko",
  "account/en",
  "account/ko",
  "seldom/en",
  "seldom/ko",
  "told/en",
  "told/ko",
  "codes/en",
  "codes/ko",
  "import/en",
  "import/ko",
  "catch-up/en",
  "catch-up/ko",
];
const files = names.map((name) => new URL(`../src/locales/${name}.po`, import.meta.url));
const body = (file) => readFileSync(file, "utf8").replace(/^"POT-Creation-Date:.*\n/m, "");
const before = files.map(body);
execFileSync("npx", ["--no-install", "lingui", "extract", "--clean"], { stdio: "pipe" });
if (files.some((file, index) => body(file) !== before[index])) {
  console.error("Catalogs were stale; they are extracted anew. Translate what is empty and commit them.");
  process.exit(1);
}
const korean = files.filter((_, index) => names[index].endsWith("ko")).map(body);
const empty = korean.flatMap((text) =>
  [...text.matchAll(/^msgid "(.+)"\nmsgstr ""\n(?!")/gm)].map((match) => match[1]),
);
if (empty.length > 0) {
  console.error(`Without Korean:\n  ${empty.join("\n  ")}`);
  process.exit(1);
}
