import { transformAsync } from "@babel/core";
import { lingui } from "@lingui/vite-plugin";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import { offline } from "./scripts/offline.ts";

/** Turns Lingui's macros into calls; only files that import a macro pay for Babel. */
function macros(): Plugin {
  return {
    name: "lingui-macros",
    enforce: "pre",
    async transform(code, id) {
      const [file = ""] = id.split("?");
      if (!/\.tsx?$/.test(file) || file.includes("node_modules") || !code.includes("/macro")) return null;
      const result = await transformAsync(code, {
        filename: file,
        babelrc: false,
        configFile: false,
        sourceMaps: true,
        parserOpts: { plugins: file.endsWith("x") ? ["typescript", "jsx"] : ["typescript"] },
        plugins: ["@lingui/babel-plugin-lingui-macro"],
      });
      return result?.code ? { code: result.code, map: result.map ?? null } : null;
    },
  };
}

/**
 * Names in the page what a board needs besides the entry, for `theme.js` to fetch it for whoever is signed in while the
 * entry is still being read.
 */
function ahead(): Plugin {
  return {
    name: "ahead",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((output) => output.type === "chunk");
        const closure = (file: string, seen = new Set<string>()): Set<string> => {
          if (!seen.has(file)) {
            seen.add(file);
            for (const next of chunks.find((chunk) => chunk.fileName === file)?.imports ?? []) closure(next, seen);
          }
          return seen;
        };
        const filesOf = (pattern: RegExp) =>
          chunks
            .filter((chunk) => pattern.test(chunk.facadeModuleId ?? ""))
            .flatMap((chunk) => [...closure(chunk.fileName)]);
        const entry = new Set(chunks.filter((chunk) => chunk.isEntry).flatMap((chunk) => [...closure(chunk.fileName)]));
        const listed = (pattern: RegExp) => [...new Set(filesOf(pattern))].filter((file) => !entry.has(file)).join(" ");
        const names = {
          board: listed(/src\/app\/SignedIn\.tsx$|src\/pages\/(Project|project\/(Tasks|Board))\.tsx$/),
          en: listed(/locales\/(entry\/)?en\.po$/),
          ko: listed(/locales\/(entry\/)?ko\.po$/),
        };
        const data = Object.entries(names).map(([name, files]) => `data-${name}="${files}"`);
        return html.replace('src="/theme.js"', `src="/theme.js" ${data.join(" ")}`);
      },
    },
  };
}

/**
 * What everybody waits for is one file, what most pages share another: many files of a few lines each are larger than the
 * lines that one of the pages does not need.
 */
const SHARED = [
  { name: "first", tags: ["$initial" as const], test: /(?<!src\/main)\.[cm]?[jt]sx?$/, priority: 2 },
  { name: "frame", test: /\/src\/(?!http\/account).*\.tsx?$/, minShareCount: 6, priority: 1 },
];

export default defineConfig({
  plugins: [macros(), react(), lingui(), ahead(), offline()],
  build: {
    target: "es2023",
    modulePreload: { polyfill: false },
    // Everything stays a file of its own: a strict policy allows neither inline scripts nor data: addresses.
    assetsInlineLimit: 0,
    manifest: true,
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: { groups: SHARED } } },
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: process.env.TASKLEDGER_URL ?? "http://127.0.0.1:8000" } },
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"], setupFiles: ["src/test-setup.ts"] },
});
