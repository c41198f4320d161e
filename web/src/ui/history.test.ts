import { describe, expect, it } from "vitest";
import { stepsBack } from "./history";

const at = (...paths: string[]) => paths.map((path) => `https://board.example${path}`);

describe("closing a task", () => {
  it("goes back to the page that it was opened from", () => {
    expect(stepsBack(at("/projects", "/projects/a/board", "/projects/a/tasks/1"), ["/projects/a/board"])).toBe(1);
  });

  it("goes back over the tasks that were opened one after the other", () => {
    const urls = at("/projects/a/board", "/projects/a/tasks/1", "/projects/a/tasks/2");
    expect(stepsBack(urls, ["/projects/a/board"])).toBe(2);
  });

  it("does not go back to a page with another filter, or over another page", () => {
    expect(stepsBack(at("/projects/a/board", "/projects/a/tasks/1?q=x"), ["/projects/a/board?q=x"])).toBe(0);
    expect(stepsBack(at("/projects/a/board", "/projects", "/projects/a/tasks/1"), ["/projects/a/board"])).toBe(0);
    expect(stepsBack(at("/projects/a/tasks/1"), ["/projects/a/board"])).toBe(0);
    expect(stepsBack([], ["/projects/a/board"])).toBe(0);
  });
});
