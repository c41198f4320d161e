// A file has one subject: more than 300 lines need a reason in the first one.
import { readdirSync, readFileSync } from "node:fs";

const MOST = 300;
const root = new URL("../", import.meta.url);
const long = ["src", "scripts"]
  .flatMap((room) => readdirSync(new URL(room, root), { recursive: true }).map((file) => `${room}/${file}`))
  .filter((file) => /\.(tsx?|css|mjs)$/.test(file) && !file.endsWith("schema.d.ts"))
  .filter((file) => {
    const lines = readFileSync(new URL(file, root), "utf8").trimEnd().split("\n");
    return lines.length > MOST && !/^\/[/*].*long/i.test(lines[0]);
  });
if (long.length > 0) {
  console.error(`Over ${MOST} lines, and no reason ("long …") in the first one: ${long.join(", ")}`);
  process.exit(1);
}
