/** What a browser calls itself, in words that its owner knows. */

export interface Device {
  kind: "computer" | "phone" | "program";
  /** The browser's or the program's name; empty when it says none. */
  name: string;
  system: string;
}

// The first that fits: most browsers also name those that they descend from.
const BROWSERS: [RegExp, string][] = [
  [/\bEdg(?:A|iOS)?\//, "Edge"],
  [/\b(?:OPR|Opera)\//, "Opera"],
  [/\bSamsungBrowser\//, "Samsung Internet"],
  [/\bWhale\//, "Whale"],
  [/\b(?:Firefox|FxiOS)\//, "Firefox"],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, "Chrome"],
  [/\bSafari\//, "Safari"],
];

const SYSTEMS: [RegExp, string][] = [
  [/\biPhone\b/, "iPhone"],
  [/\biPad\b/, "iPad"],
  [/\bAndroid\b/, "Android"],
  [/\bWindows\b/, "Windows"],
  [/\bCrOS\b/, "ChromeOS"],
  [/\bMac OS X\b|\bMacintosh\b/, "macOS"],
  [/\bLinux\b/, "Linux"],
];

export function deviceOf(agent: string): Device {
  const first = (table: [RegExp, string][]) => table.find(([pattern]) => pattern.test(agent))?.[1] ?? "";
  if (!agent.startsWith("Mozilla/")) return { kind: "program", name: agent.split(/[/\s]/)[0] ?? "", system: "" };
  const system = first(SYSTEMS);
  const phone = /\bMobile\b/.test(agent) || ["iPhone", "iPad", "Android"].includes(system);
  return { kind: phone ? "phone" : "computer", name: first(BROWSERS), system };
}
