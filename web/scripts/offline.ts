/** Writes the service worker of a build: it names every file of the build, and its version is a digest of them all. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** With `SERVICE_WORKER=off` the build has one that takes those of earlier builds off people's devices. */
export function offline(): Plugin {
  let root = "";
  return {
    name: "offline",
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    writeBundle({ dir = "dist" }) {
      const names = readdirSync(dir, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(dir.length).replaceAll("\\", "/"))
        .filter((name) => name !== "/sw.js" && !name.startsWith("/.vite/"))
        .sort();
      const digest = createHash("sha256");
      for (const name of names) digest.update(name).update(readFileSync(join(dir, name)));
      const files = names.map((name) => (name === "/index.html" ? "/" : name));
      const off = process.env.SERVICE_WORKER === "off";
      const source = readFileSync(join(root, "scripts", off ? "sw-off.js" : "sw.js"), "utf8")
        .replace("__VERSION__", digest.digest("hex").slice(0, 16))
        .replace("__FILES__", JSON.stringify(files));
      writeFileSync(join(dir, "sw.js"), source);
    },
  };
}
