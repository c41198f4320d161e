import { beforeEach, describe, expect, it } from "vitest";
import { afterSending, dropDraftsOf, dropOldDrafts } from "./drafts";

describe("a field whose text was stored", () => {
  it("is empty if nothing was written meanwhile", () => {
    expect(afterSending("Hello \n", "Hello")).toBe("");
  });

  it("keeps what was written on", () => {
    expect(afterSending("Hello and more", "Hello")).toBe("and more");
  });

  it("keeps another text", () => {
    expect(afterSending("Another", "Hello")).toBe("Another");
  });
});

describe("drafts that nobody needs", () => {
  beforeEach(() => localStorage.clear());
  const put = (name: string, at: number) => localStorage.setItem(name, JSON.stringify({ text: "x", at }));

  it("go after a quarter of a year, and nothing else of the device does", () => {
    put("draft ann comment-1", 0);
    put("draft ann comment-2", 1e12);
    localStorage.setItem("theme", "dark");
    dropOldDrafts(1e12 + 1);
    expect(Object.keys(localStorage).sort()).toEqual(["draft ann comment-2", "theme"]);
  });

  it("go with the person alone who is erased", () => {
    put("draft ann comment-3", 1);
    put("draft anna comment-3", 1);
    dropDraftsOf("ann");
    expect(Object.keys(localStorage)).toEqual(["draft anna comment-3"]);
  });
});
