import { describe, expect, it } from "vitest";
import { deviceOf } from "./agent";

const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";

describe("devices", () => {
  it.each([
    [`${MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15`, "computer", "Safari", "macOS"],
    [`${MAC} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36`, "computer", "Chrome", "macOS"],
    [
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36 Edg/130.0",
      "computer",
      "Edge",
      "Windows",
    ],
    [
      "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/26.0 Chrome/122.0 Mobile Safari/537.36",
      "phone",
      "Samsung Internet",
      "Android",
    ],
    [
      "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/130 Mobile/15E148 Safari/604.1",
      "phone",
      "Chrome",
      "iPhone",
    ],
    ["Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "computer", "Firefox", "Linux"],
    ["python-httpx/0.28.1", "program", "python-httpx", ""],
    ["", "program", "", ""],
  ])("knows %s", (agent, kind, name, system) => {
    expect(deviceOf(agent)).toEqual({ kind, name, system });
  });
});
