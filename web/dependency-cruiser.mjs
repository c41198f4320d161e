/** Which room of `src` may import from which. Types count as much as values, code that is loaded later as well. */

/** What may be imported from a room: itself, and these others. */
const ROOMS = {
  lib: [],
  http: ["lib"],
  sync: ["http", "lib"],
  ui: ["lib"],
  pages: ["http", "sync", "ui", "lib"],
};

const walls = Object.entries(ROOMS).map(([room, others]) => ({
  name: `${room}-imports-${others.join("-") || "nothing"}`,
  severity: "error",
  from: { path: `^src/${room}/` },
  to: {
    path: "^src/",
    pathNot: [room, ...others, "locales"].map((name) => `^src/${name}/`).concat(room === "ui" ? "^src/http/types" : []),
  },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...walls,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "ui-knows-types-alone",
      severity: "error",
      from: { path: "^src/ui/" },
      to: { path: "^src/http/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "lib-without-react",
      severity: "error",
      from: { path: "^src/lib/" },
      to: { path: "^(node_modules/)?(react|react-dom|wouter|@tanstack|@lingui/react)(/|$)" },
    },
    {
      name: "nobody-imports-tests",
      severity: "error",
      from: {},
      to: { path: "\\.test\\.tsx?$" },
    },
    { name: "everything-is-found", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^virtual:" } },
    {
      name: "everything-is-used",
      severity: "error",
      from: { orphan: true, pathNot: "\\.d\\.ts$" },
      to: {},
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "\\.(css|po)$" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["types", "import", "browser", "default"] },
  },
};
